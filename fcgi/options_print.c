/*
 * options_print.c - the options as -T and -h print them.
 */
#include "options.h"

#include <string.h>

#include "option_table.h"
#include "print_text.h"

static int64_t
get_number(const struct fcgi_options *options,
    const struct fcgi_option_row *row)
{
	const char *member = (const char *)options + row->offset;

	switch (row->kind) {
	case FCGI_OPTION_DURATION:
		return *(const bx_msec *)(const void *)member;
	case FCGI_OPTION_SIZE:
	case FCGI_OPTION_COUNT:
		return (int64_t) * (const size_t *)(const void *)member;
	case FCGI_OPTION_NUMBER:
	case FCGI_OPTION_MODE:
		return *(const unsigned *)(const void *)member;
	case FCGI_OPTION_INTEGER:
		return *(const long *)(const void *)member;
	case FCGI_OPTION_BOOL:
		return *(const bool *)(const void *)member;
	case FCGI_OPTION_SWITCH:
		return *(const enum fcgi_switch *)(const void *)member;
	case FCGI_OPTION_BINDING:
		return *(const enum bx_binding *)(const void *)member;
	case FCGI_OPTION_LEVEL:
		return *(const enum bx_log_level *)(const void *)member;
	case FCGI_OPTION_TEXT:
	case FCGI_OPTION_LIST:
		break;
	}
	return 0;
}

static void
print_value(const struct fcgi_options *options,
    const struct fcgi_option_row *row, FILE *out)
{
	const char *member = (const char *)options + row->offset;
	const struct fcgi_strings *list;
	char text[FCGI_OPTION_VALUE_TEXT];

	if (row->kind == FCGI_OPTION_LIST) {
		list = (const void *)member;
		fcgi_print_texts(list->items, list->count, out);
	} else if (row->kind == FCGI_OPTION_TEXT) {
		fcgi_print_text(*(char *const *)(const void *)member, out);
	} else {
		fcgi_option_value_format(row->kind, get_number(options, row),
		    text);
		(void)fputs(text, out);
	}
}

const char *
fcgi_options_source(const struct fcgi_options *options, const char *key)
{
	const struct fcgi_option_row *row = fcgi_option_table_find(key);
	const char *source = options->sources[row - fcgi_option_table];

	return source == NULL ? "default" : source;
}

static void
print_block(const struct bx_channel_rule *rule,
    const struct fcgi_channel_block *block, FILE *out)
{
	char text[FCGI_OPTION_VALUE_TEXT];
	int key;

	(void)fputs("channel ", out);
	fcgi_print_text(block->title, out);
	(void)fprintf(out, " {  # %s\n", block->where);
	for (key = 0; key < BX_RULE_KEYS; key++) {
		if (block->sources[key] == NULL)
			continue;
		fcgi_option_value_format(fcgi_channel_keys[key].kind,
		    rule->values[key], text);
		(void)fprintf(out, "\t%s = %s  # %s\n",
		    fcgi_channel_keys[key].key, text, block->sources[key]);
	}
	for (key = 0; key < BX_ACCESS_KEYS; key++) {
		if (block->access[key] == NULL)
			continue;
		(void)fprintf(out,
		    "\t%s = ", fcgi_channel_access_keys[key].key);
		fcgi_channel_access_print(block->access[key], out);
		(void)fprintf(out, "  # %s\n", block->access[key]->where);
	}
	(void)fputs("}\n", out);
}

/* Print the lines of text, which is one value or a list of them. */
static void
print_lines(const char *text, FILE *out)
{
	if (strchr(text, '\n') == NULL) {
		fcgi_print_text(text, out);
		return;
	}
	(void)fputs("{ \"", out);
	for (; *text != '\0'; text++) {
		if (*text == '\n')
			(void)fputs("\", \"", out);
		else
			fcgi_print_char(*text, out);
	}
	(void)fputs("\" }", out);
}

static void
print_plugins(const struct fcgi_plugin_sections *plugins, FILE *out)
{
	size_t i;
	size_t k;

	for (i = 0; i < plugins->count; i++) {
		const struct fcgi_plugin_section *section = &plugins->items[i];

		(void)fprintf(out,
		    "plugin \"%s\" {\n\tpath = ", section->name);
		fcgi_print_text(section->path.text, out);
		(void)fprintf(out, "  # %s\n", section->path.where);
		for (k = 0; k < section->count; k++) {
			(void)fprintf(out, "\t%s = ", section->keys[k].key);
			print_lines(section->keys[k].text, out);
			(void)fprintf(out, "  # %s\n", section->keys[k].where);
		}
		(void)fputs("}\n", out);
	}
}

void
fcgi_options_print(const struct fcgi_options *options, FILE *out)
{
	const struct fcgi_channel_blocks *blocks = &options->channel_blocks;
	size_t i;

	for (i = 0; i < fcgi_option_table_size; i++) {
		const struct fcgi_option_row *row = &fcgi_option_table[i];

		(void)fprintf(out, "%s = ", row->key);
		print_value(options, row, out);
		(void)fprintf(out, "  # %s\n",
		    fcgi_options_source(options, row->key));
	}
	for (i = 0; i < blocks->count; i++)
		print_block(&blocks->rules[i], &blocks->blocks[i], out);
	print_plugins(&options->plugins, out);
}

/* Print text from column 6 on, broken at spaces before column 80. */
static void
print_wrapped(const char *text, FILE *out)
{
	size_t column = 0;

	while (*text != '\0') {
		size_t len = strcspn(text, " ");

		if (column == 0 || column + 1 + len > 79) {
			(void)fputs(column == 0 ? "      " : "\n      ", out);
			column = 6;
		} else {
			(void)fputc(' ', out);
			column++;
		}
		(void)fwrite(text, 1, len, out);
		column += len;
		text += len;
		text += strspn(text, " ");
	}
	(void)fputc('\n', out);
}

/* What the option means, and its range. */
static void
describe(const struct fcgi_option_row *row, FILE *out)
{
	char min[FCGI_OPTION_VALUE_TEXT];
	char max[FCGI_OPTION_VALUE_TEXT];
	char text[512];

	if (row->kind <= FCGI_OPTION_MODE) {
		fcgi_option_value_format(row->kind, row->min, min);
		fcgi_option_value_format(row->kind, row->max, max);
		(void)snprintf(text, sizeof(text), "%s  From %s to %s.",
		    row->doc, min, max);
	} else {
		(void)snprintf(text, sizeof(text), "%s", row->doc);
	}
	print_wrapped(text, out);
}

void
fcgi_options_help(FILE *out)
{
	size_t i;

	for (i = 0; i < fcgi_option_table_size; i++) {
		const struct fcgi_option_row *row = &fcgi_option_table[i];

		(void)fprintf(out, "  %s = %s\n", row->key, row->initial);
		describe(row, out);
	}
	(void)fputs("\nOf a block in the configuration file, for a channel or "
		    "those of a pattern:\n\n  channel \"/a/**\" {\n",
	    out);
	for (i = 0; i < BX_RULE_KEYS; i++) {
		(void)fprintf(out, "    %s\n", fcgi_channel_keys[i].key);
		describe(&fcgi_channel_keys[i], out);
	}
	for (i = 0; i < BX_ACCESS_KEYS; i++) {
		(void)fprintf(out, "    %s\n",
		    fcgi_channel_access_keys[i].key);
		print_wrapped(fcgi_channel_access_keys[i].doc, out);
	}
	(void)fputs("  }\n", out);
}
