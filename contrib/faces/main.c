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
	{ "director", director_basket },
	{ "director-without-uuids", director_basket_without_uuids },
	{ "bash", bash_completion },
	{ "zsh", zsh_completion },
	{ "grafana-graphite", grafana_graphite },
	{ "grafana-influxdb", grafana_influxdb },
};

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
		check_read(argv[i + 3], &s.checks[i]);
	print(&s, &out);
	for (size_t i = 0; i < s.count; i++)
		check_release(&s.checks[i]);
	free(s.checks);
	return fputs(buf_text(&out), stdout) < 0 || fflush(stdout) ? 1 : 0;
}
