// SPDX-License-Identifier: GPL-3.0-or-later
/* Typed reads from a JSON object, with the decoding rules that live replies taught (contract, section "decoding"):
 * digits in text are numbers, `null`, "" and "null" are the same as absent, a truth value has three states, a time comes as
 * seconds, milliseconds or ISO text. Objects are borrowed, texts are lent by them. */
#pragma once
#include "base/err.h"
#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

enum got {
	GOT,   /* *out is set */
	UNSET, /* absent or null in one of its forms; *out unchanged */
	ODD,   /* there, but not of this type; *out unchanged */
};

/* A text; numbers are ODD, so is a text with a NUL inside. */
enum got jget_text(struct json_object *o, const char *name, const char **out);
/* The text or the fallback, also when it is odd. */
const char *jget_text_or(struct json_object *o, const char *name, const char *fallback);
/* A number, or digits in text. */
enum got jget_number(struct json_object *o, const char *name, double *out);
/* A whole number of 64 bits, or digits in text. */
enum got jget_int(struct json_object *o, const char *name, int64_t *out);
/* true/false, 0/1, "true"/"false" in any case. */
enum got jget_bool(struct json_object *o, const char *name, bool *out);
/* Seconds since 1970 from 13 digits (ms), 10 digits (s), or ISO 8601 text; 0, negative and year 0001 are UNSET. */
enum got jget_time(struct json_object *o, const char *name, int64_t *out);
enum got jget_object(struct json_object *o, const char *name, struct json_object **out);
enum got jget_array(struct json_object *o, const char *name, struct json_object **out);
/* A code and its name: integer, name, digits in text, or [code, "NAME"]. *code is INT64_MIN without one, *name NULL without one. */
enum got jget_enum(struct json_object *o, const char *name, int64_t *code, const char **text);
/* Of several names that a member may have (ends with NULL): the first that is set, else the first that is there, else names[0]. */
const char *jget_first(struct json_object *o, const char *const *names);
/* The same for a time, where 0 and the year 1 are not set either. */
const char *jget_first_time(struct json_object *o, const char *const *names);
/* The first of them that is a text, else the fallback. */
const char *jget_first_text(struct json_object *o, const char *const *names, const char *fallback);
/* Is the member there, null included? */
bool jget_is_there(struct json_object *o, const char *name);
/* Is it there and not null in one of its forms? */
bool jget_is_set(struct json_object *o, const char *name);
/* The raw value as JSON text, cut to fit, for the line of an item that cannot be judged; "absent" when it is. */
#define JGET_RAW_SIZE 64
const char *jget_raw(struct json_object *o, const char *name, char out[JGET_RAW_SIZE]);
/* One RFC 8259 document that has passed the scanner. NULL with ERR_REPLY; the result is yours (json_object_put).
 * Not for two threads at once: the parser is kept in between. */
struct json_object *jget_parse(const char *json, size_t len, struct err *e) MUST_USE;
/* The same for one element of a list. Of an object the text is borrowed, and a member is parsed when it is first asked for: lent values
 * live as long as the object, and json-c itself sees an empty one. Other values are parsed at once. */
struct json_object *jget_open(const char *json, size_t len, struct err *e) MUST_USE;
#define AUTO_JSON CLEANUP(jget_release) struct json_object *
void jget_release(struct json_object **local);
