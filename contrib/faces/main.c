// SPDX-License-Identifier: GPL-3.0-or-later
/* faces FACE FOLDER JSON-FILE…: prints one face of the checks that the files describe and that will be installed in the folder. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "faces/faces.h"

static const struct {
	const char *name;
	face *print;
} faces[] = {
	{ "nagios-commands", nagios_commands },
	{ "nagios-templates", nagios_templates },
	{ "nrpe", nrpe_commands },
};

static struct json_object *member(struct json_object *o, const char *name)
{
	struct json_object *value;

	if (json_object_object_get_ex(o, name, &value))
		return value;
	fprintf(stderr, "faces: a description has no %s\n", name);
	exit(1);
}

const char *member_text(struct json_object *o, const char *name)
{
	return json_object_get_string(member(o, name));
}

static void read_check(const char *path, struct check *c)
{
	c->top = json_object_from_file(path);
	if (!c->top) {
		fprintf(stderr, "faces: %s: %s\n", path, json_util_get_last_err());
		exit(1);
	}
	c->name = member_text(c->top, "name");
	c->object = c->name + strlen("check_");
	c->version = member_text(c->top, "version");
	c->summary = member_text(c->top, "summary");
	c->graph = !strcmp(member_text(c->top, "service"), "graph");
	c->words = mem_copy_text(c->name + strlen("check_mdca_"));
	for (char *at = c->words; *at; at++) {
		if (*at == '_')
			*at = ' ';
	}
}

static void release(struct suite *s)
{
	for (size_t i = 0; i < s->count; i++) {
		json_object_put(s->checks[i].top);
		free(s->checks[i].words);
	}
	free(s->checks);
}

int main(int argc, char **argv)
{
	face *print = NULL;
	AUTO_BUF out = { 0 };

	for (size_t i = 0; argc > 1 && i < sizeof(faces) / sizeof(faces[0]); i++) {
		if (!strcmp(argv[1], faces[i].name))
			print = faces[i].print;
	}
	if (!print || argc < 4) {
		fprintf(stderr, "usage: faces FACE FOLDER JSON-FILE...\n");
		return 2;
	}
	struct suite s = { mem_new((size_t)argc - 3, sizeof(struct check)), (size_t)argc - 3, argv[2] };
	for (size_t i = 0; i < s.count; i++)
		read_check(argv[i + 3], &s.checks[i]);
	print(&s, &out);
	release(&s);
	return fputs(buf_text(&out), stdout) < 0 || fflush(stdout) ? 1 : 0;
}
