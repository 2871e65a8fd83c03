// SPDX-License-Identifier: GPL-3.0-or-later
/* round() without libm, which nothing else needs: a library less to load. Compilers know floor() themselves. */
#pragma once
#include <math.h>

/* To the nearest whole number, halves away from zero. From 2^52 on every double is whole. */
static inline double number_round(double value)
{
	double size = fabs(value);

	if (!(size < 4503599627370496.0))
		return value;
	size = size - floor(size) < 0.5 ? floor(size) : floor(size) + 1;
	return value < 0 ? -size : size;
}
