// SPDX-License-Identifier: GPL-3.0-or-later
/* A strict JSON scanner that cuts a reply into list items while it arrives, so that memory holds one item at a time.
 *
 * It accepts exactly one RFC 8259 object or array: valid UTF-8, no NaN or Infinity, no number beyond a double or 400
 * bytes, at most SCAN_DEPTH_MAX levels, nothing after it. The elements of the first top-level member whose name is in
 * `lists` (an array, or an object with the keys "0", "1", …; an empty object proves no list), or of a top-level array,
 * are handed out as text, `null` elements skipped; everything else of the top level is kept as the envelope.
 *
 * What is kept ends up as a tree, which can need hundreds of times the memory of its text. So an element, and the envelope, may
 * have SCAN_TEXT_MAX bytes (or 16 KiB more) and SCAN_VALUES_MAX values; the largest known row, a day of Secure Score with 244
 * controls, has a tenth of either. */
#pragma once
#include "base/buf.h"
#include "base/err.h"

#define SCAN_DEPTH_MAX 32
#define SCAN_TEXT_MAX (4 * 1024 * 1024)
#define SCAN_VALUES_MAX 32768

/* One element, NUL-terminated, lent for the call. False with e filled stops the scan. */
typedef bool scan_item(const char *json, size_t len, void *data, struct err *e);

struct scan;
/* `lists` ends with NULL and is borrowed; NULL: no list, the whole document, also an array, is the envelope. */
struct scan *scan_new(const char *const *lists, scan_item *item, void *data) MUST_USE;
void scan_free(struct scan *s);
/* Starts over for the next reply. */
void scan_reset(struct scan *s);
/* The next bytes of the document. ERR_REPLY names what is wrong and at which byte, ERR_PARTIAL the bound that was met. */
bool scan_feed(struct scan *s, const char *bytes, size_t len, struct err *e) MUST_USE;
/* The document must be whole now. */
bool scan_end(struct scan *s, struct err *e) MUST_USE;
/* Was there a list (or top-level array)? */
bool scan_found_list(const struct scan *s);
/* The rest of the top level as one JSON object ("{}" for a top-level array); after scan_end; lent. */
const char *scan_envelope(const struct scan *s);
