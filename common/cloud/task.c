// SPDX-License-Identifier: GPL-3.0-or-later
/* A record of the governance log. Of most tasks nobody has published a record, so what is not known is never taken for done. */
#include "cloud/task.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#define CLEAN_PARSE "REPOOPER_COMPLETION_STATUS_BASELOGPARSER_PARSED_LOG_FILE_ALL_RELEVANT"

static enum task_outcome unclear(struct task *t, struct json_object *o, const char *name)
{
	char raw[JGET_RAW_SIZE];

	snprintf(t->oddity, sizeof(t->oddity), "%s is %s", name, jget_raw(o, name, raw));
	return TASK_UNCLEAR;
}

/* A status that is no object: a truth value or one of the portal's words. A bare number could be any code. */
static enum task_outcome bare_outcome(struct task *t, struct json_object *record)
{
	static const struct {
		const char *word;
		enum task_outcome outcome;
	} words[] = { { "Pending", TASK_PENDING }, { "Successful", TASK_DONE }, { "Failed", TASK_FAILED } };
	double number;
	bool success;

	if (jget_number(record, "status", &number) != GOT && jget_bool(record, "status", &success) == GOT)
		return success ? TASK_DONE : TASK_FAILED;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcasecmp(jget_text_or(record, "status", ""), words[i].word))
			return words[i].outcome;
	return unclear(t, record, "status");
}

/* "REPOOPER_COMPLETION_STATUS_BASELOGPARSER_UNEXPECTED_FORMAT" says no more than its end. */
static const char *without_family(const char *template)
{
	static const char *const families[] = { "REPOOPER_COMPLETION_STATUS_", "BASELOGPARSER_" };

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (!strncmp(template, families[i], strlen(families[i])))
			template += strlen(families[i]);
	return template;
}

/* A parse is clean only when its message does not say otherwise. */
static enum task_outcome told_outcome(struct task *t, struct json_object *status, bool success)
{
	struct json_object *message, *parameters;
	const char *template = "";
	int64_t transactions;

	enum got got = jget_object(status, "templateMessage", &message);
	if (got == ODD && t->parses && success)
		return unclear(t, status, "templateMessage");
	if (got != GOT)
		return success ? TASK_DONE : TASK_FAILED;
	got = jget_text(message, "template", &template);
	if (got == ODD && t->parses && success)
		return unclear(t, message, "template");
	t->reason = without_family(template);
	if (!success || (t->parses && got == GOT && strcasecmp(template, CLEAN_PARSE)))
		return TASK_FAILED;
	t->found_nothing = t->parses && jget_object(message, "parameters", &parameters) == GOT &&
			   jget_int(parameters, "transactionsCount", &transactions) == GOT && !transactions;
	return TASK_DONE;
}

static enum task_outcome outcome_of(struct task *t, struct json_object *record)
{
	struct json_object *status = NULL;
	bool success = false;

	enum got got = jget_object(record, "status", &status);
	if (got == ODD)
		return bare_outcome(t, record);
	if (got == UNSET)
		return TASK_PENDING;
	got = jget_bool(status, "isSuccess", &success);
	if (got == ODD)
		return unclear(t, status, "isSuccess");
	return got == UNSET ? TASK_PENDING : told_outcome(t, status, success);
}

void task_read(struct json_object *record, struct task *t)
{
	*t = (struct task){ .reason = "" };
	enum got named = jget_text(record, "taskName", &t->name);
	enum got streamed = jget_text(record, "inputStreamId", &t->stream);
	enum got begun = jget_time(record, "timestamp", &t->begun_at);
	enum got changed = jget_time(record, "updateTimestamp", &t->changed_at);

	if (changed != GOT)
		t->changed_at = t->begun_at;
	if (begun != GOT)
		t->begun_at = t->changed_at;
	t->parses = t->name && !strcasecmp(t->name, TASK_PARSES);
	if (named != GOT)
		t->outcome = unclear(t, record, "taskName");
	else if (streamed == ODD)
		t->outcome = unclear(t, record, "inputStreamId");
	else if (begun == ODD || !t->begun_at)
		t->outcome = unclear(t, record, "timestamp");
	else if (changed == ODD)
		t->outcome = unclear(t, record, "updateTimestamp");
	else
		t->outcome = outcome_of(t, record);
}
