// SPDX-License-Identifier: GPL-3.0-or-later
/* Recommended actions by product, as the portal groups them: sums of points, and the words of a product's line. */
#pragma once
#include "base/buf.h"
#include "cloud/score.h"
#include "cloud/shortlist.h"

#define PRODUCTS_MAX 1000        /* the service has some thirty */
#define PRODUCT_NAMED 3          /* actions worth most in a line, losses in a sentence */
#define PRODUCT_UNKNOWN "unknown" /* of an action that the catalogue lacks */
#define POINTS_SIZE 32
#define SHARE_SIZE (3 * POINTS_SIZE)

/* Sums over actions whose points are known. */
struct points {
	double achieved, possible, open;
	double then, now, compared; /* of those scored on both days: points then and now, and possible */
};

/* The actions of one product. Lists are empty when there is nothing to name. */
struct product {
	char *service;
	const char *name;
	unsigned to_address, accepted, planned, regressed, unreadable;
	struct points points;
	struct shortlist worst, losses, states, oddities;
};

/* Of all products, by service key. All zero: none. */
struct products {
	unsigned actions, regressed;
	struct points points;
	struct shortlist lost;
	struct product *items;
	size_t count, room;
};

/* Adds an action to its product. An accepted risk counts no points with `without_accepted`. False when there are too many products. */
bool products_add(struct products *all, const struct action *a, bool without_accepted, struct err *e) MUST_USE;
void products_free(struct products *all);
/* The actions to address that are worth most: "A (5 points), B (1 point) and 2 more". */
void product_print_worst(const struct product *p, struct buf *out);
/* The largest losses of all: ": A (Salesforce), B (App governance) and 2 more"; nothing without a loss. */
void products_print_lost(const struct products *all, struct buf *out);

/* The product's key, that of an action that the catalogue lacks too. */
const char *product_of(const struct action *a);
/* The portal's name of a `service`; the key itself when it is new. */
const char *product_name(const char *service);
void points_add(struct points *sums, const struct action *a);
/* To one decimal, whole ones without. */
const char *points_text(double points, char out[POINTS_SIZE]);
/* "75.0 % (15 of 20 points)"; NULL when the percentage is not known. */
const char *points_share(double points, double possible, char out[SHARE_SIZE]);
/* NAN when there is nothing to be had, or one is not told. Free of the dust of sums, so that 5 is not above 5. */
double score_percent(double points, double possible);
