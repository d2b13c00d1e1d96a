// SPDX-License-Identifier: GPL-2.0-only
// sources: userspace/report-json.c userspace/report-svg.c userspace/inject.c userspace/args.c
// sources: userspace/pattern.c userspace/judge.c userspace/timing.c userspace/transfer.c
// sources: userspace/pcm-spec.c userspace/source.c
/*
 * What oncard-play writes is JSON and SVG, whatever was found and whatever a file is
 * called.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "report.h"
#include "source.h"

#define FRAMES 4000

static const char *skip_value(const char *at);

static const char *skip_space(const char *at)
{
	return at + strspn(at, " \t\r\n");
}

static const char *skip_string(const char *at)
{
	assert_int_equal(*at, '"');
	for (at++; *at != '"'; at++) {
		assert_true((unsigned char)*at >= 0x20);
		if (*at == '\\')
			assert_non_null(strchr("\"\\/bfnrtu", *++at));
	}
	return skip_space(at + 1);
}

static const char *skip_list(const char *at, char end)
{
	at = skip_space(at + 1);
	while (*at != end) {
		if (end == '}') {
			at = skip_string(at);
			assert_int_equal(*at, ':');
			at++;
		}
		at = skip_value(at);
		if (*at == ',') {
			at = skip_space(at + 1);
			assert_int_not_equal(*at, end);
		} else {
			assert_int_equal(*at, end);
		}
	}
	return skip_space(at + 1);
}

/* Behind a JSON value that begins at @at; fails if there is none. */
static const char *skip_value(const char *at)
{
	char *end;

	at = skip_space(at);
	if (*at == '{' || *at == '[')
		return skip_list(at, *at == '{' ? '}' : ']');
	if (*at == '"')
		return skip_string(at);
	assert_non_null(strchr("-0123456789", *at));
	strtod(at, &end);
	assert_ptr_not_equal(end, at);
	return skip_space(end);
}

struct fake {
	struct options options;
	struct session session;
	struct report report;
};

/* A duplex session of @spec, in which a period came twice. */
static void fake_session(struct fake *fake, const struct pcm_spec *spec)
{
	struct session *s = &fake->session;
	struct refusal why;
	struct source source;
	void *frames = malloc(FRAMES * pcm_frame_bytes(spec));

	assert_non_null(frames);
	source_init(&source, source_find("code"), spec, 0);
	source_fill(&source, frames, FRAMES);
	s->frames = frames;
	s->heard = malloc(FRAMES * pcm_frame_bytes(spec));
	assert_non_null(s->heard);
	memcpy(s->heard, frames, FRAMES * pcm_frame_bytes(spec));
	s->playback = true;
	s->capture = true;
	s->play.spec = *spec;
	s->play.buffer_size = 1024;
	s->play.period_size = 128;
	s->total = FRAMES;
	s->injection = (struct injection){ .fault = PATTERN_REPEATED,
					   .buffer_size = 1024,
					   .period_size = 128 };
	assert_int_equal(injection_make(&s->injection, spec, s->heard, FRAMES,
					&why),
			 0);
	s->injected = s->heard;
	lateness_add(&s->lateness, 129, 128, 48000);
	fake->report.options = &fake->options;
	fake->report.session = s;
	pattern_judge_init(&fake->report.pattern, spec, frames, FRAMES, 1024,
			   128);
	pattern_judge_add(&fake->report.pattern, s->heard, 0, FRAMES);
	fake->report.has_pattern = true;
	fake->report.checks[0] =
		(struct check){ "a \"name\"", CHECK_SKIPPED, "back\\slash\n" };
	fake->report.checks[1] = (struct check){ .name = "two" };
	fake->report.count = 2;
}

static void free_session(struct fake *fake)
{
	free((void *)fake->session.frames);
	free(fake->session.heard);
}

static char *written(const struct fake *fake, bool json)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	if (json)
		report_json(&fake->report, out, 1);
	else
		report_svg(&fake->report, out);
	assert_int_equal(fclose(out), 0);
	return text;
}

static void results_are_json(void **state)
{
	static struct fake fake = { .options.signal = "code" };
	char *text;

	(void)state;
	fake_session(&fake,
		     &(struct pcm_spec){ SND_PCM_FORMAT_S16_LE, 2, 48000 });
	fake.options.file = "a \"strange\"\tname.wav";
	text = written(&fake, true);
	assert_int_equal(*skip_value(text), '\0');
	assert_non_null(strstr(text, "\"a \\\"strange\\\"\\u0009name.wav\""));
	assert_non_null(strstr(text, "\"fault\": \"repeated\""));
	assert_non_null(strstr(text, "\"displaced\": -128"));
	assert_non_null(strstr(text, "\"status\": 1\n"));
	free(text);
	fake.report.pattern.count = 0;
	fake.report.has_delay = true;
	text = written(&fake, true);
	assert_int_equal(*skip_value(text), '\0');
	assert_non_null(strstr(text, "\"findings\": [],"));
	free(text);
	free_session(&fake);
}

/* As many of @what as there should be. */
static unsigned int count_of(const char *text, const char *what)
{
	unsigned int count = 0;

	while ((text = strstr(text, what))) {
		text += strlen(what);
		count++;
	}
	return count;
}

static void the_picture_has_every_channel(void **state)
{
	static const unsigned int channels[] = { 1, 3, 8, 32 };
	unsigned int c, lanes;
	int format;

	(void)state;
	for (format = 0; format <= SND_PCM_FORMAT_LAST; format++)
		for (c = 0; c < 4 && pcm_format_usable(format); c++) {
			static struct fake fake = { .options.signal = "code" };
			char *text;

			fake_session(&fake,
				     &(struct pcm_spec){ format, channels[c],
							 48000 });
			text = written(&fake, false);
			lanes = channels[c] < 8 ? channels[c] : 8;
			assert_int_equal(count_of(text, "<path "), lanes);
			assert_int_equal(count_of(text, "#c02020"), 1);
			assert_int_equal(count_of(text, "<"),
					 count_of(text, ">"));
			assert_null(strstr(text, "-2147483648"));
			assert_string_equal(text + strlen(text) - 7,
					    "</svg>\n");
			free(text);
			free_session(&fake);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(results_are_json),
		cmocka_unit_test(the_picture_has_every_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
