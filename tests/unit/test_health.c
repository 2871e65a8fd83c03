// SPDX-License-Identifier: GPL-3.0-or-later
/* health: what status and open issues of a service come to. */
#include "unit/unit.h"

#include "health.h"
#include "monitor/options.h"

#define NOW 1795176000 /* 2026-11-20T12:00:00Z */
#define INCIDENT "\"id\":\"CS1\",\"classification\":\"incident\",\"title\":\"T\",\"startDateTime\":\"2026-11-20T10:00:00Z\""

static struct health read_service(const char *row, const char *entry)
{
	json_object *o = json_tokener_parse(row);
	struct strings map = { 0 };
	struct health h;

	ck_assert_ptr_nonnull(o);
	if (entry)
		strings_add(&map, entry);
	health_read(o, &map, &h);
	json_object_put(o);
	strings_clear(&map);
	return h;
}

static void add_issue(struct health *h, const char *row)
{
	json_object *o = json_tokener_parse(row);
	struct strings none = { 0 };

	ck_assert_ptr_nonnull(o);
	health_add_issue(h, o, &none, NOW);
	json_object_put(o);
}

static const struct {
	const char *row, *entry;
	bool interrupted, degraded;
	const char *status, *oddity;
} services[] = {
	{ "{\"status\":\"serviceOperational\"}", NULL, false, false, "serviceOperational", "" },
	{ "{\"status\":\"ServiceOperational\"}", NULL, false, false, "ServiceOperational", "" },
	{ "{\"status\":\"investigating\"}", NULL, false, true, "investigating", "" },
	{ "{\"status\":\"serviceInterruption\"}", NULL, true, false, "serviceInterruption", "" },
	{ "{\"status\":\"serviceDegradation\"}", "servicedegradation:critical", true, false, "serviceDegradation", "" },
	{ "{\"status\":\"investigating\"}", "investigating:ok", false, false, "investigating", "" },
	{ "{\"status\":\"serviceOperational\"}", "serviceOperational:unknown", false, false, "", "status is \"serviceOperational\"" },
	{ "{\"status\":\"unknownFutureValue\"}", NULL, false, false, "", "status is \"unknownFutureValue\"" },
	{ "{\"status\":3}", NULL, false, false, "", "status is 3" },
};

START_TEST(service_row)
{
	CLEANUP(health_free) struct health h = read_service(services[_i].row, services[_i].entry);

	ck_assert_int_eq(h.interrupted, services[_i].interrupted);
	ck_assert_int_eq(h.degraded, services[_i].degraded);
	ck_assert_str_eq(h.status, services[_i].status);
	ck_assert_str_eq(h.oddity, services[_i].oddity);
}
END_TEST

START_TEST(named_by_its_name_else_its_id)
{
	CLEANUP(health_free) struct health named = read_service("{\"id\":\"a\",\"service\":\"A\",\"status\":\"resolved\"}", NULL);
	CLEANUP(health_free) struct health nameless = read_service("{\"id\":\"a\",\"status\":\"resolved\"}", NULL);

	ck_assert_str_eq(named.name, "A");
	ck_assert_str_eq(nameless.name, "a");
}
END_TEST

START_TEST(issues_add_up)
{
	CLEANUP(health_free) struct health h = read_service("{\"status\":\"serviceOperational\"}", NULL);

	add_issue(&h, "{" INCIDENT ",\"status\":\"serviceInterruption\"}");
	add_issue(&h, "{\"id\":\"CS2\",\"classification\":\"Advisory\",\"startDateTime\":\"2026-11-20T13:00:00Z\",\"status\":\"reported\"}");
	ck_assert(h.interrupted && h.degraded);
	ck_assert_uint_eq(h.incidents, 1);
	ck_assert_uint_eq(h.advisories, 1);
	ck_assert_int_eq(h.oldest_at, NOW - 7200);
	ck_assert_str_eq(h.status, "serviceOperational");
	ck_assert_str_eq(h.oddity, "");
	ck_assert_str_eq(buf_text(&h.issues), "incident CS1 for 2 h (serviceInterruption): T, Advisory CS2 for 0 s (reported): no title");
}
END_TEST

static const struct {
	const char *row, *oddity;
} odd_issues[] = {
	{ "{" INCIDENT ",\"status\":\"new\"}", "CS1: status is \"new\"" },
	{ "{\"id\":\"CS1\",\"startDateTime\":\"2026-11-20T10:00:00Z\",\"status\":\"reported\"}", "CS1: classification is absent" },
	{ "{\"id\":\"CS1\",\"classification\":\"incident\",\"status\":\"reported\"}", "CS1: startDateTime is absent" },
	{ "{\"classification\":\"x\",\"status\":\"y\"}", "issue without an id: classification is \"x\"" },
};

/* The first oddity is kept, the service's own before any. */
START_TEST(odd_issue_row)
{
	CLEANUP(health_free) struct health calm = read_service("{\"status\":\"serviceOperational\"}", NULL);
	CLEANUP(health_free) struct health odd = read_service("{\"status\":3}", NULL);

	add_issue(&calm, odd_issues[_i].row);
	add_issue(&odd, odd_issues[_i].row);
	ck_assert_str_eq(calm.oddity, odd_issues[_i].oddity);
	ck_assert_str_eq(odd.oddity, "status is 3");
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("health");
	TCase *tests = tcase_create("health");

	suite_add_tcase(suite, tests);
	tcase_add_loop_test(tests, service_row, 0, ROWS(services));
	tcase_add_test(tests, named_by_its_name_else_its_id);
	tcase_add_test(tests, issues_add_up);
	tcase_add_loop_test(tests, odd_issue_row, 0, ROWS(odd_issues));
	return suite;
}

UNIT_MAIN(make_suite)
