// SPDX-License-Identifier: GPL-3.0-or-later
/* Reads the rows of the three lists. */
#include "cloud/upload.h"

#include <strings.h>

#define NO_NAME "(no name)"

enum { TYPE_INPUT = 1, TYPE_VIEW = 3, TYPE_PREVIEW = 5 };

/* Views and snapshots repeat what input streams say. A stream without a type may be an input, but for the one view that
 * every tenant has. The built-in streams are there whether used or not. */
static void read_type(struct json_object *row, struct upload *u)
{
	int64_t type = TYPE_INPUT, built_in;
	bool snapshot = false;
	const char *text;

	enum got typed = jget_enum(row, "streamType", &type, &text);
	jget_bool(row, "snapshotData", &snapshot);
	bool view = type == TYPE_VIEW || type == TYPE_PREVIEW || (typed == UNSET && !strcasecmp(u->name, "Global view"));
	bool unused = u->data == UNSET && jget_enum(row, "builtInStreamType", &built_in, &text) != UNSET;
	u->repeats = snapshot || view || unused;
	u->strange = typed == ODD || type != TYPE_INPUT;
}

void upload_read(struct json_object *row, enum upload_kind kind, struct upload *u)
{
	static const char *const names[] = { "name", "displayName", "_id", NULL };
	static const char *const stream_names[] = { "displayName", "name", "_id", NULL };
	static const char *const datas[] = { "lastDataReceived", "lastDataReceivedTime", NULL };
	static const char *const begins[] = { "created", "lastModified", "modified", NULL };
	static const char *const texts[] = { "statusMessage", "statusTemplateMessage", "statusTemplate", NULL };

	*u = (struct upload){ .name = jget_first_text(row, kind == UPLOAD_STREAM ? stream_names : names, NO_NAME),
			      .data_member = jget_first_time(row, datas), .text = jget_first_text(row, texts, NULL) };
	u->data = jget_time(row, u->data_member, &u->data_at);
	u->data_told = jget_is_there(row, u->data_member);
	jget_time(row, jget_first_time(row, begins), &u->begun_at);
	if (kind == UPLOAD_STREAM)
		read_type(row, u);
}
