// SPDX-License-Identifier: GPL-3.0-or-later
/* cloud/upload: what a row of the lists of collectors, data sources and streams says, under all names that are tried. */
#include "unit/unit.h"

#include <string.h>

#include "cloud/upload.h"

#define ISO "\"2026-11-20T11:48:00.000Z\""
#define AT 1795175280

static const struct {
	enum upload_kind kind;
	const char *row;
	const char *name, *text;
	enum got data;
	int64_t data_at, begun_at;
	bool told, repeats, strange;
} rows[] = {
	{ UPLOAD_COLLECTOR, "{}", "(no name)", NULL, UNSET, 0, 0, false, false, false },
	{ UPLOAD_COLLECTOR, "{\"_id\":\"i\",\"name\":null,\"displayName\":7}", "i", NULL, UNSET, 0, 0, false, false, false },
	{ UPLOAD_COLLECTOR, "{\"name\":\"n\",\"displayName\":\"d\",\"lastDataReceived\":" ISO "}", "n", NULL, GOT, AT, 0, true, false, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"displayName\":\"d\",\"lastDataReceived\":" ISO "}", "d", NULL, GOT, AT, 0, true, false, false },
	{ UPLOAD_DATA_SOURCE, "{\"name\":\"n\",\"lastDataReceivedTime\":1795175280000}", "n", NULL, GOT, AT, 0, true, false, false },
	{ UPLOAD_DATA_SOURCE, "{\"name\":\"n\",\"lastDataReceived\":null}", "n", NULL, UNSET, 0, 0, true, false, false },
	{ UPLOAD_DATA_SOURCE, "{\"name\":\"n\",\"lastDataReceived\":0,\"lastDataReceivedTime\":" ISO "}", "n", NULL, GOT, AT, 0, true, false, false },
	{ UPLOAD_DATA_SOURCE, "{\"name\":\"n\",\"lastDataReceivedTime\":\"\"}", "n", NULL, UNSET, 0, 0, true, false, false },
	{ UPLOAD_DATA_SOURCE, "{\"name\":\"n\",\"lastDataReceived\":\"soon\"}", "n", NULL, ODD, 0, 0, true, false, false },
	{ UPLOAD_DATA_SOURCE, "{\"name\":\"n\",\"created\":" ISO ",\"modified\":1}", "n", NULL, UNSET, 0, AT, false, false, false },
	{ UPLOAD_COLLECTOR, "{\"name\":\"n\",\"created\":null,\"lastModified\":" ISO "}", "n", NULL, UNSET, 0, AT, false, false, false },
	{ UPLOAD_COLLECTOR, "{\"name\":\"n\",\"modified\":1795175280}", "n", NULL, UNSET, 0, AT, false, false, false },
	{ UPLOAD_COLLECTOR, "{\"name\":\"n\",\"created\":\"once\"}", "n", NULL, UNSET, 0, 0, false, false, false },
	{ UPLOAD_COLLECTOR, "{\"name\":\"n\",\"statusMessage\":{},\"statusTemplate\":\"T\"}", "n", "T", UNSET, 0, 0, false, false, false },
	{ UPLOAD_COLLECTOR, "{\"name\":\"n\",\"streamType\":3,\"snapshotData\":true}", "n", NULL, UNSET, 0, 0, false, false, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"streamType\":1}", "n", NULL, UNSET, 0, 0, false, false, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"streamType\":\"1\",\"snapshotData\":false}", "n", NULL, UNSET, 0, 0, false, false, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"streamType\":3}", "n", NULL, UNSET, 0, 0, false, true, true },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"streamType\":[5,\"PREVIEW\"]}", "n", NULL, UNSET, 0, 0, false, true, true },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"streamType\":1,\"snapshotData\":true}", "n", NULL, UNSET, 0, 0, false, true, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"streamType\":2}", "n", NULL, UNSET, 0, 0, false, false, true },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"streamType\":\"INPUT\"}", "n", NULL, UNSET, 0, 0, false, false, true },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"streamType\":{}}", "n", NULL, UNSET, 0, 0, false, false, true },
	{ UPLOAD_STREAM, "{\"name\":\"global VIEW\"}", "global VIEW", NULL, UNSET, 0, 0, false, true, false },
	{ UPLOAD_STREAM, "{\"name\":\"Global view\",\"streamType\":1}", "Global view", NULL, UNSET, 0, 0, false, false, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"builtInStreamType\":0}", "n", NULL, UNSET, 0, 0, false, true, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"builtInStreamType\":null}", "n", NULL, UNSET, 0, 0, false, false, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"builtInStreamType\":1,\"lastDataReceived\":" ISO "}", "n", NULL, GOT, AT, 0, true, false, false },
	{ UPLOAD_STREAM, "{\"name\":\"n\",\"builtInStreamType\":1,\"lastDataReceived\":\"soon\"}", "n", NULL, ODD, 0, 0, true, false, false },
};

START_TEST(upload_row)
{
	struct err e;
	struct upload u;
	AUTO_JSON row = jget_parse(rows[_i].row, strlen(rows[_i].row), &e);

	ck_assert_msg(row != NULL, "%s: %s", rows[_i].row, e.text);
	upload_read(row, rows[_i].kind, &u);
	ck_assert_str_eq(u.name, rows[_i].name);
	ck_assert_pstr_eq(u.text, rows[_i].text);
	ck_assert_msg(u.data == rows[_i].data && u.data_told == rows[_i].told, "%s: data", rows[_i].row);
	ck_assert_int_eq(u.data_at, rows[_i].data_at);
	ck_assert_int_eq(u.begun_at, rows[_i].begun_at);
	ck_assert_msg(u.repeats == rows[_i].repeats && u.strange == rows[_i].strange, "%s: type", rows[_i].row);
}
END_TEST

static Suite *upload_suite(void)
{
	Suite *suite = suite_create("upload");
	TCase *tests = tcase_create("upload");

	tcase_add_loop_test(tests, upload_row, 0, ROWS(rows));
	suite_add_tcase(suite, tests);
	return suite;
}

UNIT_MAIN(upload_suite)
