// SPDX-License-Identifier: GPL-3.0-or-later
/* Sums over the actions of a product, and what its line says of them. */
#include "cloud/product.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/number.h"

#define PRECISION 1e6   /* parts of a point, or of a percent, that are told apart */
#define LIST_ENOUGH 1000 /* bytes of a list of titles: no line shows more */

const char *product_name(const char *service)
{
	static const struct {
		const char *service, *name;
	} products[] = {
		{ "MCAS", "Microsoft Defender for Cloud Apps" },
		{ "AppG", "App governance" },
		{ "MDA_SF", "Salesforce" },
		{ "MDA_SNOW", "ServiceNow" },
		{ "MDA_Zendesk", "Zendesk" },
		{ "MDA_GitHub", "GitHub" },
		{ "MDA_CitrixSF", "CitrixSF (Citrix ShareFile)" },
		{ "MDA_Atlassian", "Atlassian" },
		{ "MDA_Zoom", "Zoom" },
		{ "MDA_Okta", "Okta" },
		{ "MDA_DocuSign", "DocuSign" },
		{ "MDA_Dropbox", "Dropbox" },
		{ "MDA_Google", "Google Workspace" },
		{ "MDA_NetDocuments", "NetDocument" },
		{ "MDA_Workplace", "Workplace (by Meta)" },
		{ "AzureAD", "Entra ID" },
		{ "EXO", "Exchange" },
		{ "SPO", "SharePoint" },
		{ "MDO", "Defender for Office" },
		{ "MIP", "Information Protection" },
		{ "MS Teams", "Teams" },
		{ "Azure ATP", "Defender for Identity" },
	};

	for (size_t i = 0; i < sizeof(products) / sizeof(products[0]); i++)
		if (!strcasecmp(service, products[i].service))
			return products[i].name;
	return service;
}

/* What is too large to have parts, has no dust. */
static double without_dust(double value)
{
	double parts = value * PRECISION;

	return isinf(parts) ? value : number_round(parts) / PRECISION;
}

void points_add(struct points *sums, const struct action *a)
{
	double max = action_max(a);
	const struct result *r = a->result;

	sums->achieved = without_dust(sums->achieved + r->score);
	sums->possible = without_dust(sums->possible + max);
	sums->open = without_dust(sums->open + action_open(a));
	if (isnan(r->earlier))
		return;
	sums->then = without_dust(sums->then + r->earlier);
	sums->now = without_dust(sums->now + r->score);
	sums->compared = without_dust(sums->compared + max);
}

double score_percent(double points, double possible)
{
	return possible > 0 ? without_dust(100 * points / possible) : NAN;
}

const char *points_text(double points, char out[POINTS_SIZE])
{
	double rounded = number_round(points * 10) / 10;

	snprintf(out, POINTS_SIZE, fabs(rounded - number_round(rounded)) < 0.05 ? "%.0f" : "%.1f", rounded);
	return out;
}

const char *points_share(double points, double possible, char out[SHARE_SIZE])
{
	double percent = score_percent(points, possible);
	char some[POINTS_SIZE], all[POINTS_SIZE];

	if (isnan(percent))
		return NULL;
	snprintf(out, SHARE_SIZE, "%.1f %% (%s of %s points)", percent, points_text(points, some), points_text(possible, all));
	return out;
}

const char *product_of(const struct action *a)
{
	return a->service.len ? buf_text(&a->service) : PRODUCT_UNKNOWN;
}

/* Where it stands, or is to stand. */
static size_t place_of(const struct products *all, const char *service)
{
	size_t from = 0, upto = all->count;

	while (from < upto) {
		size_t middle = (from + upto) / 2;

		if (strcasecmp(service, all->items[middle].service) > 0)
			from = middle + 1;
		else
			upto = middle;
	}
	return from;
}

/* Of a key that is spelled in several ways one names it, and which one is no matter of order. */
static void name_product(struct product *p, const char *service)
{
	if (p->service && strcmp(p->service, service) <= 0)
		return;
	free(p->service);
	p->service = mem_copy_text(service);
	p->name = product_name(p->service);
}

/* NULL when there are too many. */
static struct product *product_for(struct products *all, const char *service)
{
	size_t at = place_of(all, service);

	if (at == all->count || strcasecmp(all->items[at].service, service) != 0) {
		if (all->count == PRODUCTS_MAX)
			return NULL;
		if (all->count == all->room) {
			all->room = all->room ? all->room * 2 : 8;
			all->items = mem_resize(all->items, all->room, sizeof(*all->items));
		}
		memmove(&all->items[at + 1], &all->items[at], (all->count++ - at) * sizeof(*all->items));
		all->items[at] = (struct product){ 0 };
	}
	name_product(&all->items[at], service);
	return &all->items[at];
}

#define ADD_BY_TITLE(list, a, ...) \
	shortlist_add(list, SIZE_MAX, LIST_ENOUGH, &(struct place){ .name = action_title(a), .id = (a)->id }, __VA_ARGS__)

static void add_to_address(struct product *p, const struct action *a)
{
	double open = action_open(a);
	const struct place place = { .worth = open, .rank = a->rank, .id = a->id };
	char points[POINTS_SIZE];

	p->to_address++;
	shortlist_add(&p->worst, PRODUCT_NAMED, SIZE_MAX, &place, "%s (%s point%s)", action_title(a),
		      isnan(open) ? "unknown" : points_text(open, points), fabs(open - 1) < 0.05 ? "" : "s");
}

static void add_loss(struct products *all, struct product *p, const struct action *a)
{
	const struct place place = { .worth = action_loss(a), .id = a->id };
	char then[POINTS_SIZE], now[POINTS_SIZE];

	p->regressed++;
	all->regressed++;
	shortlist_add(&all->lost, PRODUCT_NAMED, SIZE_MAX, &place, "%s (%s)", action_title(a), p->name);
	ADD_BY_TITLE(&p->losses, a, "%s (%s to %s)", action_title(a), points_text(a->result->earlier, then),
		     points_text(a->result->score, now));
}

static void add_points(struct products *all, struct product *p, const struct action *a)
{
	if (a->oddity.len || isnan(action_open(a))) {
		p->unreadable++;
		ADD_BY_TITLE(&p->oddities, a, "%s (%s)", action_title(a),
			     a->oddity.len ? buf_text(&a->oddity) : "its maximum is not told");
		return;
	}
	points_add(&p->points, a);
	points_add(&all->points, a);
}

bool products_add(struct products *all, const struct action *a, bool without_accepted, struct err *e)
{
	struct product *p = product_for(all, product_of(a));
	enum action_status status = action_status(a);

	if (!p)
		return err_set(e, ERR_PARTIAL, "the catalogue of actions incomplete: more than %d products", PRODUCTS_MAX);
	all->actions++;
	p->accepted += status == ACTION_ACCEPTED;
	p->planned += status == ACTION_PLANNED;
	if (status == ACTION_TO_ADDRESS)
		add_to_address(p, a);
	if (action_is_strange(a))
		ADD_BY_TITLE(&p->states, a, "%s of %s", a->state, action_title(a));
	if (action_loss(a) > 0)
		add_loss(all, p, a);
	if (status != ACTION_ACCEPTED || !without_accepted)
		add_points(all, p, a);
	return true;
}

void products_free(struct products *all)
{
	for (size_t i = 0; i < all->count; i++) {
		struct product *p = &all->items[i];

		free(p->service);
		shortlist_free(&p->worst);
		shortlist_free(&p->losses);
		shortlist_free(&p->states);
		shortlist_free(&p->oddities);
	}
	shortlist_free(&all->lost);
	free(all->items);
	*all = (struct products){ 0 };
}

void product_print_worst(const struct product *p, struct buf *out)
{
	shortlist_print(&p->worst, out);
	if (p->to_address > p->worst.count)
		buf_print(out, " and %zu more", p->to_address - p->worst.count);
}

void products_print_lost(const struct products *all, struct buf *out)
{
	if (!all->regressed)
		return;
	buf_add(out, ": ");
	shortlist_print(&all->lost, out);
	if (all->regressed > all->lost.count)
		buf_print(out, " and %zu more", all->regressed - all->lost.count);
}
