// SPDX-License-Identifier: GPL-3.0-or-later
/* The only main(): passes the linked-in description to the frame. */
#include "plugin.h"

int main(int argc, char **argv)
{
	return plugin_main(&plugin, argc, argv);
}
