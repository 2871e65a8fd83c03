// SPDX-License-Identifier: GPL-3.0-or-later
/* Derived lists. Rows share their members with the rows they come from where they are the same. */
#include "support/sim_derive.h"

#include <openssl/evp.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"

static void set(struct json_object *o, const char *name, struct json_object *value)
{
	json_object_object_add(o, name, value);
}

static void set_text(struct json_object *o, const char *name, const char *text)
{
	set(o, name, json_object_new_string(text));
}

static void set_printed(struct json_object *o, const char *name, const char *fmt, ...) PRINTF_LIKE(3, 4);

static void set_printed(struct json_object *o, const char *name, const char *fmt, ...)
{
	struct buf text = { 0 };
	va_list args;

	va_start(args, fmt);
	buf_vprint(&text, fmt, args);
	va_end(args);
	set_text(o, name, buf_text(&text));
	buf_free(&text);
}

static void copy_member(struct json_object *from, const char *name, struct json_object *into)
{
	struct json_object *value;

	if (json_object_object_get_ex(from, name, &value))
		set(into, name, json_object_get(value));
}

static double number(struct json_object *o, const char *name)
{
	struct json_object *value;

	return json_object_object_get_ex(o, name, &value) ? json_object_get_double(value) : 0;
}

/* The catalogue row of a control; *index tells where. NULL: a control without one. */
static struct json_object *profile_of(struct json_object *profiles, const char *control, size_t *index)
{
	for (size_t i = 0; profiles && i < json_object_array_length(profiles); i++) {
		struct json_object *profile = json_object_array_get_idx(profiles, i);

		if (!strcasecmp(member_text(profile, "id"), control)) {
			*index = i;
			return profile;
		}
	}
	return NULL;
}

static struct json_object *control_score(const char *control, double score, struct json_object *profile, size_t index,
					 int day)
{
	struct json_object *row = json_object_new_object();
	double most = profile ? number(profile, "maxScore") : score;
	bool whole = score >= most;

	set_text(row, "controlCategory", profile ? member_text(profile, "controlCategory") : "Apps");
	set_text(row, "controlName", control);
	set_text(row, "description", "Text shown in the portal for this control; may hold HTML.");
	set(row, "score", json_object_new_double(score));
	set_printed(row, "lastSynced", "@iso:-%dd", day + 1);
	set_text(row, "implementationStatus", whole ? "In place." : "Not in place for <b>all</b> users.");
	if (most > 0)
		set(row, "scoreInPercentage", json_object_new_double(100 * score / most));
	if (profile && !strcmp(member_text(profile, "service"), "MCAS"))
		set_text(row, "on", whole ? "true" : "false");
	else if (most > 0) {
		set_printed(row, "count", "%.0f", 100 * score / most);
		set_text(row, "total", "100");
	}
	if (profile)
		set(row, "@profile", json_object_new_int64((int64_t)index));
	return row;
}

static void add_scores(struct json_object *row, struct json_object *points, struct tenant *t, int day, unsigned rows)
{
	struct json_object *profiles = member_list(t->graph, "secureScoreControlProfiles");
	size_t profile_count = profiles ? json_object_array_length(profiles) : 0;
	struct json_object *list = json_object_new_array();
	double current = 0, most = 0;

	json_object_object_foreach(points, control, value)
	{
		size_t index = 0;
		double score = json_object_get_double(value);
		struct json_object *profile = profile_of(profiles, control, &index);
		unsigned copies = profile ? scenario_copies(index, profile_count, rows) : 1;

		json_object_array_add(list, control_score(control, score, profile, index, day));
		current += score * copies;
		most += (profile ? number(profile, "maxScore") : score) * copies;
	}
	set(row, "currentScore", json_object_new_double(current));
	set(row, "maxScore", json_object_new_double(most));
	set(row, "controlScores", list);
}

static struct json_object *snapshot(struct tenant *t, struct json_object *entry, struct json_object *points, int day,
				    unsigned rows)
{
	struct json_object *row = json_object_new_object();

	set_printed(row, "id", "@dayid:-%dd", day);
	set_text(row, "azureTenantId", t->id);
	set_printed(row, "createdDateTime", "@date:-%dd", day);
	json_object_object_foreach(entry, name, value) if (*name != '@') set(row, name, json_object_get(value));
	add_scores(row, points, t, day, rows);
	return row;
}

void sim_derive_scores(struct tenant *t, unsigned rows)
{
	struct json_object *entries = member_list(t->graph, "secureScores");
	struct json_object *list;

	if (!entries)
		return;
	list = json_object_new_array();
	for (size_t i = 0; i < json_object_array_length(entries); i++) {
		struct json_object *points, *entry = json_object_array_get_idx(entries, i);
		struct json_object *days = member_list(entry, "@days");

		if (!days || !json_object_object_get_ex(entry, "@scores", &points)) {
			json_object_array_add(list, json_object_get(entry));
			continue;
		}
		int last = json_object_get_int(json_object_array_get_idx(days, 1));
		for (int day = json_object_get_int(json_object_array_get_idx(days, 0)); day <= last; day++)
			json_object_array_add(list, snapshot(t, entry, points, day, rows));
	}
	set(t->graph, "secureScores", list);
}

static bool is_set_up(struct json_object *connector)
{
	struct json_object *api, *enabled, *last;

	if (!json_object_object_get_ex(connector, "api", &api))
		return false;
	return member_true(api, "isConnected") || (json_object_object_get_ex(api, "isEnabled", &enabled) && enabled) ||
	       (json_object_object_get_ex(api, "lastConnected", &last) && last);
}

static struct json_object *instance_of(struct json_object *connector)
{
	static const char *const api_members[] = { "isConnected",   "usersCount", "creator",      "isEnabled",
						   "lastConnected", "disabledBy", "isSSPMEnabled" };
	static const char *const unset[] = { "apiConnected", "proxied", "protected" };
	struct json_object *row = json_object_new_object(), *own = json_object_new_object(), *api, *said, *warned;

	json_object_object_foreach(connector, name, value) if (*name != '@' && strcmp(name, "api") != 0)
	    set(row, name, json_object_get(value));
	json_object_object_get_ex(connector, "api", &api);
	set(own, "hasWarnings",
	    json_object_object_get_ex(api, "hasWarnings", &warned) ? json_object_get(warned)
								   : json_object_new_boolean(false));
	set(own, "statusTemplateMessage", NULL);
	copy_member(api, "statusTemplateMessage", own);
	for (size_t i = 0; i < sizeof(api_members) / sizeof(api_members[0]); i++)
		copy_member(api, api_members[i], own);
	if (json_object_object_get_ex(connector, "@instance", &said)) {
		json_object_object_foreach(said, member, what) set(own, member, json_object_get(what));
	}
	set(row, "api", own);
	set(row, "appIdentityRealm", NULL);
	for (size_t i = 0; i < sizeof(unset) / sizeof(unset[0]); i++)
		set(row, unset[i], NULL);
	set(row, "childSaasIds", json_object_new_array());
	return row;
}

static void copy_members(struct json_object *from, struct json_object *into, const char *object,
			 const char *const *names)
{
	struct json_object *inner, *copy;

	if (!json_object_object_get_ex(from, object, &inner))
		return;
	copy = json_object_new_object();
	for (; *names; names++)
		copy_member(inner, *names, copy);
	set(into, object, copy);
}

static struct json_object *reduced(struct json_object *connector)
{
	static const char *const api[] = { "isConnected", "usersCount", "creator", "isEnabled", NULL };
	static const char *const proxy[] = { "isConnected", "isConfigured", "isSessionProxySupported", NULL };
	static const char *const before[] = { "appId", "name", "_id", "instanceName", "category", NULL };
	static const char *const after[] = { "discovery", "isOfficeApp", "isApiConnectable", "appName", NULL };
	struct json_object *row = json_object_new_object();

	for (const char *const *name = before; *name; name++)
		copy_member(connector, *name, row);
	copy_members(connector, row, "api", api);
	copy_members(connector, row, "proxy", proxy);
	for (const char *const *name = after; *name; name++)
		copy_member(connector, *name, row);
	return row;
}

static bool has_app(struct json_object *list, struct json_object *row)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (number(json_object_array_get_idx(list, i), "appId") == number(row, "appId"))
			return true;
	return false;
}

void sim_derive_services(struct tenant *t)
{
	struct json_object *connectors = member_list(t->portal, "app_connectors");
	struct json_object *instances = json_object_new_array(), *apps = json_object_new_array(),
			   *few = json_object_new_array();

	for (size_t i = 0; connectors && i < json_object_array_length(connectors); i++) {
		struct json_object *connector = json_object_array_get_idx(connectors, i);

		json_object_array_add(few, reduced(connector));
		if (!is_set_up(connector))
			continue;
		struct json_object *row = instance_of(connector);
		json_object_array_add(instances, row);
		if (!has_app(apps, row))
			json_object_array_add(apps, json_object_get(row));
	}
	set(t->portal, "instances", instances);
	set(t->portal, "services", apps);
	set(t->portal, "app_connectors_reduced", few);
}

static struct json_object *issues_of(struct json_object *issues, const char *service)
{
	struct json_object *list = json_object_new_array();

	for (size_t i = 0; issues && i < json_object_array_length(issues); i++) {
		struct json_object *issue = json_object_array_get_idx(issues, i);

		if (!strcmp(member_text(issue, "service"), service))
			json_object_array_add(list, json_object_get(issue));
	}
	return list;
}

void sim_derive_health(struct tenant *t)
{
	struct json_object *overviews = member_list(t->graph, "healthOverviews"), *list = json_object_new_array();

	for (size_t i = 0; overviews && i < json_object_array_length(overviews); i++) {
		struct json_object *overview = json_object_array_get_idx(overviews, i), *row = json_object_new_object();

		json_object_object_foreach(overview, name, value) set(row, name, json_object_get(value));
		set(row, "issues", issues_of(member_list(t->graph, "issues"), member_text(overview, "service")));
		json_object_array_add(list, row);
	}
	set(t->graph, "healthOverviews_expanded", list);
}

static void set_moment(struct json_object *row, const char *name, const ASN1_TIME *at)
{
	char stamp[CLOCK_STAMP_SIZE];
	struct tm parts = { 0 };

	ASN1_TIME_to_tm(at, &parts);
	set_text(row, name, clock_stamp(timegm(&parts), stamp));
}

static struct json_object *key_credential(X509 *certificate)
{
	struct json_object *row = json_object_new_object();
	unsigned char sum[EVP_MAX_MD_SIZE];
	AUTO_BUF hex = { 0 };
	unsigned len = 0;

	X509_digest(certificate, EVP_sha1(), sum, &len);
	for (unsigned i = 0; i < len; i++)
		buf_print(&hex, "%02X", sum[i]);
	set_text(row, "customKeyIdentifier", buf_text(&hex));
	set_text(row, "displayName", "CN=check_mdca");
	set_moment(row, "endDateTime", X509_get0_notAfter(certificate));
	set(row, "key", NULL);
	set_text(row, "keyId", "aaaabbbb-1111-4222-8333-444455557777");
	set_moment(row, "startDateTime", X509_get0_notBefore(certificate));
	set_text(row, "type", "AsymmetricX509Cert");
	set_text(row, "usage", "Verify");
	return row;
}

void sim_derive_certificate(struct tenant *t, X509 *certificate)
{
	struct json_object *applications = member_list(t->graph, "applications");

	for (size_t i = 0; applications && i < json_object_array_length(applications); i++) {
		struct json_object *row = json_object_array_get_idx(applications, i);
		struct json_object *keys = member_list(row, "keyCredentials");

		if (keys && !strcmp(member_text(row, "appId"), t->clients[0].id))
			json_object_array_add(keys, key_credential(certificate));
	}
}
