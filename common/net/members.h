// SPDX-License-Identifier: GPL-3.0-or-later
/* The members of a JSON object in text that has passed the scanner: found in one pass, parsed by json-c when they are asked for. A
 * row has dozens of members and a check asks for a few, so most of what json-c would cost is saved. Knows nothing of rows. */
#pragma once
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

struct members;
/* Of the text of an object, which is borrowed. `parse` makes the value of one member, never NULL but for `null`. */
struct members *members_new(const char *json, struct json_object *(*parse)(const char *json, size_t len));
void members_free(struct members *m);
/* The last member of that name, as json-c has it; *value (borrowed, NULL for `null`) is set when it is there and `value` is not NULL. */
bool members_find(struct members *m, const char *name, struct json_object **value);

/* Is the text of a string, with its quotes, this name? */
bool members_is_name(const char *quoted, size_t len, const char *wanted);
/* The end of what stands between quotes and needs no look: up to a control character, a quote, a backslash, or what is not ASCII. */
const char *members_plain_run(const char *p, const char *end);
