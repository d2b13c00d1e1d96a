// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "report.h"

#define WIDTH     960
#define LANE      80 /* height of one channel */
#define LANES_MAX 8
#define BARS      160 /* height of the histogram */
#define MARGIN    20
#define FONT      12
#define BAR       ((WIDTH - 2 * MARGIN) / LATENESS_BUCKETS)

/* A sample, from -1 to 1. */
static double level(const struct pcm_spec *spec, const void *frames,
		    uint64_t index)
{
	unsigned int bits = pcm_value_bits(spec->format);
	int64_t value = pcm_sample(spec, frames, index);
	double wide;
	float narrow;
	uint32_t word;

	if (snd_pcm_format_float(spec->format) == 1) {
		if (snd_pcm_format_width(spec->format) == 64) {
			memcpy(&wide, &value, sizeof(wide));
			return wide;
		}
		word = (uint32_t)value;
		memcpy(&narrow, &word, sizeof(narrow));
		return (double)narrow;
	}
	if (snd_pcm_format_linear(spec->format) != 1) /* IEC 958 */
		value = (int32_t)((uint32_t)value << 4) >> 8;
	else if (snd_pcm_format_unsigned(spec->format) == 1)
		value -= 1LL << (bits - 1);
	return (double)value / (double)(1LL << (bits - 1));
}

static int at_height(double value, int middle)
{
	if (!(value >= -1)) /* nor a NaN */
		value = -1;
	if (value > 1)
		value = 1;
	return middle - (int)(value * (LANE / 2 - 2));
}

/* For each column the lowest and the highest sample in it. */
static void write_lane(FILE *out, const struct pcm_spec *spec,
		       const void *frames, uint64_t count, unsigned int channel,
		       int top)
{
	int columns = WIDTH - 2 * MARGIN, x, middle = top + LANE / 2;
	uint64_t frame, end;
	double low, high, value;

	fputs("<path stroke=\"#205080\" d=\"", out);
	for (x = 0; x < columns; x++) {
		frame = count * (uint64_t)x / (uint64_t)columns;
		end = count * (uint64_t)(x + 1) / (uint64_t)columns;
		if (frame == end)
			continue;
		low = 1;
		high = -1;
		for (; frame < end; frame++) {
			value = level(spec, frames,
				      frame * spec->channels + channel);
			low = value < low ? value : low;
			high = value > high ? value : high;
		}
		fprintf(out, "M%d %dV%d", MARGIN + x, at_height(high, middle),
			at_height(low, middle) + 1);
	}
	fprintf(out, "\"/>\n<text x=\"2\" y=\"%d\">%u</text>\n", middle,
		channel);
}

static void write_bars(FILE *out, const struct lateness *l, int top)
{
	unsigned long most = 1;
	int i, height, x;

	for (i = 0; i < LATENESS_BUCKETS; i++)
		most = l->buckets[i] > most ? l->buckets[i] : most;
	for (i = 0; i < LATENESS_BUCKETS; i++) {
		x = MARGIN + i * BAR;
		height = (int)(l->buckets[i] * (BARS - 2 * FONT) / most);
		if (l->buckets[i])
			fprintf(out,
				"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"#205080\"/>\n<text x=\"%d\" y=\"%d\">%lu</text>\n",
				x, top + BARS - height, BAR - 4, height + 1, x,
				top + BARS - height - 2, l->buckets[i]);
		fprintf(out,
			"<text x=\"%d\" y=\"%d\" font-size=\"8\">%lu</text>\n",
			x, top + BARS + FONT, 1UL << i);
	}
}

/* Where something is wrong, over all channels. */
static void mark_findings(FILE *out, const struct report *report, int height)
{
	const struct pattern_judge *judge = &report->pattern;
	uint64_t columns = WIDTH - 2 * MARGIN, total = report->session->total;
	unsigned int i;

	for (i = 0; report->has_pattern && i < judge->count; i++)
		fprintf(out,
			"<rect x=\"%" PRIu64
			"\" y=\"%d\" width=\"2\" height=\"%d\" fill=\"#c02020\"><title>%s</title></rect>\n",
			MARGIN + judge->findings[i].frame * columns / total,
			2 * FONT, height,
			pattern_fault_names[judge->findings[i].fault]);
}

void report_svg(const struct report *report, FILE *out)
{
	const struct session *s = report->session;
	const struct stream *stream = session_stream(s);
	unsigned int lanes = stream->spec.channels, c;
	int top = 2 * FONT, bars;

	if (lanes > LANES_MAX)
		lanes = LANES_MAX;
	bars = top + (int)lanes * LANE + 2 * FONT;
	fprintf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\" font-size=\"%d\">\n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		WIDTH, bars + BARS + 2 * FONT, FONT);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\">%s: %" PRIu64
		" frames of %s, %u Hz, %s; channels 0 to %u of %u</text>\n",
		MARGIN, FONT + 4, stream->name, s->total,
		pcm_format_name(&stream->spec), stream->spec.rate,
		s->heard ? "as recorded" : "as played", lanes - 1,
		stream->spec.channels);
	for (c = 0; c < lanes; c++, top += LANE)
		write_lane(out, &stream->spec, s->heard ? s->heard : s->frames,
			   s->total, c, top);
	mark_findings(out, report, (int)lanes * LANE);
	fprintf(out,
		"<text x=\"%d\" y=\"%d\">wakeups by how late they were, less than so many us</text>\n",
		MARGIN, bars - 4);
	write_bars(out, &s->lateness, bars);
	fputs("</svg>\n", out);
}
