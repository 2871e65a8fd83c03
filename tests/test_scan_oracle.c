// SPDX-License-Identifier: GPL-3.0-or-later
/* The scanner against json-c's strict parser, on damaged samples: both must agree on what is valid, on every item, on every member of an
 * item as the readers see it, and on the rest of the document; so they must on the elements of an inner list, which is cut out of the items
 * of every other document. json-c takes forms that RFC 8259 forbids: none of them may be in a
 * document that the scanner takes, and where the scanner alone refuses one, a look at the document itself must bear it out. The same
 * seed makes the same documents.
 *
 * test_scan_oracle [--count=N] [--seed=N] SAMPLE-FOLDER: prints the documents by verdict, and "N passed, M failed". */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <iconv.h>
#include <math.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/jget.h"
#include "net/scan.h"
#include "support/mutate.h"

#define SEEDS_MAX 1000
#define SHORT 700        /* bytes of most seeds: the shorter, the more of them in the time */
#define REPORTS_MAX 5

struct seeds {
	struct buf texts[SEEDS_MAX];
	size_t count, shorter; /* the shorter ones come first */
};

/* What the scanner made of a document. */
struct scanned {
	bool valid, found;
	struct err e;
	size_t at;               /* where it refused, 0-based */
	struct json_object *items; /* an array of what it handed out */
	struct json_object *envelope;
	const char *oddity;      /* an item that json-c refuses, or reads otherwise */
	const char *cut;         /* the inner list that is cut out of items; NULL: none */
	struct json_object *elements; /* those of the item that comes next, */
	bool any_elements;       /* of any item */
};

static const char *const lists[] = { "data", "value", "streams", NULL };
static const char *const inner_lists[] = { "controlScores", "controlStateUpdates", "services", "tags", "details", "dataSources", "entities" };
/* Short ones, so that they are damaged often. */
static const char *const own_seeds[] = {
	"{\"value\":[{\"id\":\"a\",\"controlScores\":[{\"controlName\":\"b\",\"score\":1.5},null,[2,{}],\"c\",-3,true],\"d\":{\"controlScores\":[4]}}]}",
	"{\"value\":[{\"controlScores\":[ ],\"e\":\"\\u00e9\"},{\"controlScores\":null}],\"controlScores\":[5]}",
	"{\"data\":{\"0\":{\"tags\":[[],{}],\"a\":1},\"1\":{\"tags\":{\"b\":[2]}}},\"total\":2}",
	"[{\"services\":[\"a\",\"b\"],\"title\":\"c\"},[{\"services\":[3]}],{\"services\":\"d\"}]",
};
static regex_t number_form;

static void __attribute__((noreturn)) PRINTF_LIKE(1, 2) quit(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	fputs("test_scan_oracle: ", stdout);
	vprintf(fmt, args);
	va_end(args);
	puts("\n0 passed, 1 failed");
	exit(EXIT_FAILURE);
}

static void read_folder(struct seeds *seeds, const char *path)
{
	struct dirent **names;
	int count = scandir(path, &names, NULL, alphasort);

	if (count < 0)
		quit("%s: %s", path, strerror(errno));
	for (int i = 0; i < count; i++) {
		AUTO_FREE char *inside = mem_print("%s/%s", path, names[i]->d_name);
		const char *dot = strrchr(names[i]->d_name, '.');
		FILE *file = dot && !strcmp(dot, ".json") && seeds->count < SEEDS_MAX ? fopen(inside, "re") : NULL;
		char bytes[4096];

		free(names[i]);
		if (!file)
			continue;
		struct buf *text = &seeds->texts[seeds->count++];
		for (size_t n; (n = fread(bytes, 1, sizeof(bytes), file));)
			buf_add_bytes(text, bytes, n);
		fclose(file);
	}
	free(names);
}

static int by_length(const void *a, const void *b)
{
	const struct buf *x = a, *y = b;

	return (x->len > y->len) - (x->len < y->len);
}

static void read_seeds(struct seeds *seeds, const char *folder)
{
	static const char *const parts[] = { "mdca", "graph", "entra" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		AUTO_FREE char *path = mem_print("%s/%s", folder, parts[i]);
		read_folder(seeds, path);
	}
	qsort(seeds->texts, seeds->count, sizeof(seeds->texts[0]), by_length);
	while (seeds->shorter < seeds->count && seeds->texts[seeds->shorter].len <= SHORT)
		seeds->shorter++;
	if (seeds->shorter < 20)
		quit("%s: too few samples", folder);
}

/* json-c as it is everywhere in this project; NULL for what it refuses. A scalar is valid too. */
static bool parse(const char *text, size_t len, struct json_object **out)
{
	static struct json_tokener *tokener;

	if (!tokener) {
		tokener = json_tokener_new_ex(SCAN_DEPTH_MAX + 1);
		json_tokener_set_flags(tokener, JSON_TOKENER_STRICT | JSON_TOKENER_VALIDATE_UTF8);
	}
	json_tokener_reset(tokener);
	*out = json_tokener_parse_ex(tokener, text, (int)len);
	enum json_tokener_error result = json_tokener_get_error(tokener);
	size_t end = json_tokener_get_parse_end(tokener);
	if (result == json_tokener_continue) {
		*out = json_tokener_parse_ex(tokener, "", 1);
		result = json_tokener_get_error(tokener);
		end = len;
	}
	while (end < len && text[end] && strchr(" \t\r\n", text[end]))
		end++;
	if (result == json_tokener_success && end == len)
		return true;
	json_object_put(*out);
	*out = NULL;
	json_tokener_free(tokener); /* half a pair of surrogates would outlive its reset */
	tokener = NULL;
	return false;
}

static const char *as_text(struct json_object *o)
{
	return json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN);
}

static bool is_plain(const char *name)
{
	while (*name && (unsigned char)*name >= ' ' && (unsigned char)*name < 0x7f)
		name++;
	return !*name;
}

/* Does each member read the same from the text as from json-c's tree? A name with a NUL is cut short by json-c. */
static bool reads_alike(const char *json, size_t len, struct json_object *whole)
{
	struct err e;
	AUTO_JSON opened = jget_open(json, len, &e);
	char raw[JGET_RAW_SIZE], expected[JGET_RAW_SIZE];

	if (!json_object_is_type(whole, json_type_object) || strstr(json, "\\u0000"))
		return opened;
	json_object_object_foreach(whole, name, value)
	{
		(void)value;
		if (!opened || (is_plain(name) && strcmp(jget_raw(opened, name, raw), jget_raw(whole, name, expected)) != 0))
			return false;
	}
	return !jget_is_there(opened, "no such member");
}

static void begin_item(void *data)
{
	struct scanned *s = data;

	json_object_put(s->elements);
	s->elements = json_object_new_array();
}

static bool take_element(const char *json, size_t len, void *data, struct err *e)
{
	struct scanned *s = data;
	struct json_object *element = NULL;

	(void)e;
	if (!parse(json, len, &element) || strlen(json) != len)
		s->oddity = "json-c refuses an element";
	s->any_elements = true;
	return !json_object_array_add(s->elements, element);
}

/* The item gets the elements back that were cut out of it. */
static void put_back(struct scanned *s, struct json_object *item)
{
	struct json_object *rest = NULL;
	size_t count = json_object_array_length(s->elements);

	if (json_object_is_type(item, json_type_object))
		json_object_object_get_ex(item, s->cut, &rest);
	if (json_object_is_type(rest, json_type_array) ? json_object_array_length(rest) : count)
		s->oddity = "an item holds no empty list for its elements";
	else if (count)
		json_object_object_add(item, s->cut, json_object_get(s->elements));
}

static bool take_item(const char *json, size_t len, void *data, struct err *e)
{
	struct scanned *s = data;
	struct json_object *item = NULL;

	(void)e;
	if (!parse(json, len, &item) || strlen(json) != len)
		s->oddity = "json-c refuses an item";
	else if (!reads_alike(json, len, item))
		s->oddity = "a member of an item reads otherwise";
	if (s->cut)
		put_back(s, item);
	json_object_array_add(s->items, item);
	return true;
}

/* One that the text speaks of, if there is any. */
static const char *choose_inner(struct dice *d, const struct buf *text)
{
	size_t count = sizeof(inner_lists) / sizeof(inner_lists[0]), first = dice_below(d, count), i = 0;

	while (i < count && !strstr(text->data, inner_lists[(first + i) % count]))
		i++;
	return inner_lists[(first + i) % count];
}

static void scan(struct dice *d, const struct buf *text, struct scanned *s)
{
	struct scan *scan = scan_new(lists, take_item, s);
	size_t most = dice_below(d, 2) ? text->len : 1 + dice_below(d, 40);
	bool fed = true;

	s->items = json_object_new_array();
	s->cut = dice_below(d, 2) ? choose_inner(d, text) : NULL;
	if (s->cut)
		scan_cut_inner(scan, s->cut, begin_item, take_element);
	for (size_t at = 0, n; at < text->len && fed; at += n) {
		n = 1 + dice_below(d, most);
		n = n < text->len - at ? n : text->len - at;
		fed = scan_feed(scan, text->data + at, n, &s->e);
	}
	s->valid = fed && scan_end(scan, &s->e);
	s->found = scan_found_list(scan);
	const char *where = strstr(s->e.text, "at byte ");
	s->at = where ? strtoul(where + 8, NULL, 10) - 1 : 0;
	if (s->valid) {
		const char *rest = scan_envelope(scan);
		if (!parse(rest, strlen(rest), &s->envelope))
			s->oddity = "json-c refuses the rest of the document";
	}
	scan_free(scan);
}

/* The text of the number that this byte belongs to or ends. */
static char *number_at(const struct buf *text, size_t at)
{
	static const char letters[] = "0123456789+-.eE";
	size_t from = at < text->len ? at : text->len, to = from;

	while (from && strchr(letters, text->data[from - 1]) && text->data[from - 1])
		from--;
	while (to < text->len && text->data[to] && strchr(letters, text->data[to]))
		to++;
	return mem_copy_bytes(text->data + from, to - from);
}

static bool is_deep(const struct buf *text)
{
	unsigned depth = 0;
	bool inside = false;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->data[i];
		if (inside && c == '\\')
			i++;
		else if (c == '"')
			inside = !inside;
		else if (!inside && (c == '{' || c == '[') && ++depth > SCAN_DEPTH_MAX)
			return true;
		else if (!inside && (c == '}' || c == ']'))
			depth--;
	}
	return false;
}

/* json-c looks at the lengths of UTF-8 alone, the C library at all of it. */
static bool is_utf8(const struct buf *text)
{
	iconv_t to = iconv_open("UTF-32", "UTF-8");
	char *in = text->data, out[4096];
	size_t left = text->len, done = 0;

	if (to == (iconv_t)-1)
		quit("no iconv for UTF-8");
	while (left && (done != (size_t)-1 || errno == E2BIG)) {
		char *end = out;
		size_t room = sizeof(out);
		done = iconv(to, &in, &left, &end, &room);
	}
	iconv_close(to);
	return !left;
}

static bool is_name_twice(const struct buf *text, const char *name)
{
	AUTO_FREE char *quoted = mem_print("\"%s\"", name);
	const char *first = strstr(text->data, quoted);

	return first && strstr(first + 1, quoted);
}

/* Does a list's name stand in the text more than once, whatever it is there? */
static bool is_there_twice(const struct buf *text, const char *inner)
{
	for (const char *const *name = lists; *name; name++)
		if (is_name_twice(text, *name))
			return true;
	return strstr(text->data, "\\u") || (inner && is_name_twice(text, inner));
}

/* A document that json-c takes and the scanner refuses: why may it? NULL: it may not. */
static const char *excuse(const struct buf *text, const struct scanned *s, struct json_object *whole)
{
	const char *why = s->e.text;
	AUTO_FREE char *number = number_at(text, s->at);
	bool is_number = !regexec(&number_form, number, 0, NULL, 0);
	char there = s->at < text->len ? text->data[s->at] : '\0';

	if (strstr(why, "not an object or array") && !json_object_is_type(whole, json_type_object) && !json_object_is_type(whole, json_type_array))
		return "a scalar alone";
	if (strstr(why, "a value is expected") && (there == 'N' || there == 'I'))
		return "NaN or Infinity";
	if (strstr(why, "no valid number") && (!is_number || there == 'I'))
		return there == 'I' ? "NaN or Infinity" : "a form that is no number";
	if (strstr(why, "too large for a double") && is_number && isinf(strtod(number, NULL)))
		return "beyond a double";
	if (strstr(why, "a number too long") && is_number && strlen(number) > 400)
		return "a number of more than 400 bytes";
	if (strstr(why, "a control character") && (unsigned char)there < ' ')
		return "a control character in a string";
	if (strstr(why, "no valid UTF-8") && !is_utf8(text))
		return "no valid UTF-8";
	if (strstr(why, "nested too deeply") && is_deep(text))
		return "more than 32 levels";
	if (strstr(why, "there twice") && is_there_twice(text, s->cut))
		return "a list that is there twice";
	if (strstr(why, "has another name"))
		return "a list by numbers with a name";
	if (s->e.kind == ERR_PARTIAL && text->len > 2 * SCAN_VALUES_MAX)
		return "more values than an item may have";
	return NULL;
}

/* What json-c takes and RFC 8259 forbids, outside of strings and in them; and a number beyond a double. */
static const char *find_forbidden(const struct buf *text)
{
	static const char structure[] = " \t\r\n{}[]:,";

	for (const char *p = text->data, *end = p + text->len; p < end; p++) {
		if (strchr(structure, *p))
			continue;
		if (*p == '"') {
			for (p++; p < end && *p != '"'; p += 1 + (*p == '\\'))
				if ((unsigned char)*p < ' ')
					return "a control character in a string is taken";
			continue;
		}
		AUTO_FREE char *word = mem_copy_bytes(p, strcspn(p, structure));
		if (strcmp(word, "true") && strcmp(word, "false") && strcmp(word, "null") &&
		    (regexec(&number_form, word, 0, NULL, 0) || isinf(strtod(word, NULL))))
			return "a word is taken that is no value, or beyond a double";
		p += strlen(word) - 1;
	}
	return is_utf8(text) ? NULL : "what is not UTF-8 is taken";
}

static bool is_number_name(const char *name)
{
	return *name && !name[strspn(name, "0123456789")];
}

static bool has_number_first(struct json_object *o)
{
	struct json_object_iterator first = json_object_iter_begin(o);

	return is_number_name(json_object_iter_peek_name(&first));
}

/* Takes the list out of json-c's tree, as an array (yours); NULL when there is none. */
static struct json_object *take_list(struct json_object *whole)
{
	if (json_object_is_type(whole, json_type_array))
		return json_object_get(whole);
	json_object_object_foreach(whole, name, value)
	{
		int i = 0;
		while (lists[i] && strcmp(lists[i], name) != 0)
			i++;
		if (!lists[i])
			continue;
		struct json_object *list = NULL;
		if (json_object_is_type(value, json_type_array)) {
			list = json_object_get(value);
		} else if (json_object_is_type(value, json_type_object) && json_object_object_length(value) &&
			   has_number_first(value)) {
			list = json_object_new_array();
			json_object_object_foreach(value, number, item)
			{
				(void)number;
				json_object_array_add(list, json_object_get(item));
			}
		}
		if (!list)
			continue;
		json_object_object_del(whole, lists[i]);
		return list;
	}
	return NULL;
}

/* Of a list by numbers json-c keeps the last of each number, the scanner hands out all. */
static bool are_same_items(struct json_object *items, struct json_object *list, bool by_number)
{
	size_t count = json_object_array_length(items), at = 0;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *expected = json_object_array_get_idx(list, i);

		if (!expected)
			continue;
		while (by_number && at < count && !json_object_equal(json_object_array_get_idx(items, at), expected))
			at++;
		if (at == count || strcmp(as_text(json_object_array_get_idx(items, at)), as_text(expected)) != 0)
			return false;
		at++;
	}
	return by_number || at == count;
}

/* NULL when both agree. */
static const char *compare(const struct scanned *s, struct json_object *whole)
{
	bool by_number = false;

	if (s->oddity)
		return s->oddity;
	for (const char *const *name = lists; *name && json_object_is_type(whole, json_type_object); name++) {
		struct json_object *list = NULL;
		by_number |= json_object_object_get_ex(whole, *name, &list) && json_object_is_type(list, json_type_object);
	}
	AUTO_JSON list = take_list(whole);
	if (!list != !s->found)
		return "a list is found by one alone";
	if (list && !are_same_items(s->items, list, by_number))
		return "the items differ";
	if (json_object_is_type(whole, json_type_object) && strcmp(as_text(whole), as_text(s->envelope)) != 0)
		return "the rest of the document differs";
	return NULL;
}

struct tally {
	struct {
		const char *what;
		size_t count;
	} verdicts[32];
	size_t failed;
};

static const char with_elements[] = "taken by both, with elements of an inner list";

/* Where it stands, or is to stand. */
static size_t verdict_at(const struct tally *t, const char *what)
{
	size_t i = 0;

	while (t->verdicts[i].what && strcmp(t->verdicts[i].what, what) != 0)
		i++;
	return i;
}

static void count(struct tally *t, const char *what)
{
	size_t i = verdict_at(t, what);

	t->verdicts[i].what = what;
	t->verdicts[i].count++;
}

static void try(struct dice *d, const struct buf *text, struct tally *t, unsigned long number)
{
	struct scanned s = { 0 };
	AUTO_JSON whole = NULL;
	bool taken = parse(text->data, text->len, &whole);
	const char *fault = NULL, *verdict = "refused by both";

	scan(d, text, &s);
	if (s.valid) {
		fault = taken ? find_forbidden(text) : "json-c refuses the document";
		if (!fault)
			fault = compare(&s, whole);
		verdict = s.any_elements ? with_elements : "taken by both";
	} else if (taken) {
		verdict = excuse(text, &s, whole);
		fault = verdict ? NULL : s.e.text;
	}
	if (fault) {
		t->failed++;
		if (t->failed <= REPORTS_MAX)
			printf("document %lu: %s\n%.*s\n", number, fault, (int)(text->len < 2000 ? text->len : 2000), text->data);
	} else {
		count(t, verdict);
	}
	json_object_put(s.items);
	json_object_put(s.elements);
	json_object_put(s.envelope);
}

/* One change mostly, up to four; one document in sixteen is of the long ones, one of our own. */
static void make_document(struct dice *d, const struct seeds *seeds, struct buf *text)
{
	size_t among = dice_below(d, 16) ? seeds->shorter : seeds->count;
	const struct buf *seed = &seeds->texts[dice_below(d, among)];
	const char *own = own_seeds[dice_below(d, sizeof(own_seeds) / sizeof(own_seeds[0]))];

	buf_cut(text, 0);
	if (dice_below(d, 16))
		buf_add_bytes(text, seed->data, seed->len);
	else
		buf_add(text, own);
	do
		mutate_body(d, text);
	while (!dice_below(d, 3));
	buf_text(text);
}

int main(int argc, char **argv)
{
	static const struct option known[] = { { "count", required_argument, NULL, 'c' }, { "seed", required_argument, NULL, 's' }, { 0 } };
	static struct seeds seeds;
	unsigned long documents = 100000, seed = 1;
	struct tally tally = { 0 };
	AUTO_BUF text = { 0 };

	for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
		if (option == '?')
			quit("[--count=N] [--seed=N] SAMPLE-FOLDER");
		*(option == 'c' ? &documents : &seed) = strtoul(optarg, NULL, 10);
	}
	if (optind + 1 != argc)
		quit("[--count=N] [--seed=N] SAMPLE-FOLDER");
	if (regcomp(&number_form, "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?$", REG_EXTENDED | REG_NOSUB))
		quit("no regular expression");
	read_seeds(&seeds, argv[optind]);
	for (unsigned long i = 0; i < documents; i++) {
		struct dice dice = { .state = seed * UINT64_C(1000000007) + i };
		make_document(&dice, &seeds, &text);
		try(&dice, &text, &tally, i);
	}
	for (size_t i = 0; tally.verdicts[i].what; i++)
		printf("%8zu %s\n", tally.verdicts[i].count, tally.verdicts[i].what);
	if (documents >= 1000 && !tally.verdicts[verdict_at(&tally, with_elements)].count)
		quit("no inner list was cut");
	printf("%lu passed, %zu failed\n", documents - (unsigned long)tally.failed, tally.failed);

	for (size_t i = 0; i < seeds.count; i++)
		buf_free(&seeds.texts[i]);
	regfree(&number_form);
	return tally.failed || !documents ? EXIT_FAILURE : EXIT_SUCCESS;
}
