// SPDX-License-Identifier: GPL-2.0-only
#include <limits.h>
#include <stdlib.h>

#include "hw-params.h"
#include "transfer.h"

struct choice {
	struct stream *s;
	const struct stream_config *config;
	snd_pcm_hw_params_t *params;
	struct refusal *why;
};

/* A number that is set exactly, or the nearest of which is looked for. */
struct number {
	const char *option;
	int (*set)(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
		   unsigned long value);
	int (*near)(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
		    unsigned long *value);
	void (*range)(const snd_pcm_hw_params_t *params, unsigned long *min,
		      unsigned long *max);
};

static int set_channels(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
			unsigned long value)
{
	return snd_pcm_hw_params_set_channels(pcm, params, (unsigned int)value);
}

static int near_channels(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
			 unsigned long *value)
{
	unsigned int near = (unsigned int)*value;
	int err = snd_pcm_hw_params_set_channels_near(pcm, params, &near);

	*value = near;
	return err;
}

static void range_channels(const snd_pcm_hw_params_t *params,
			   unsigned long *min, unsigned long *max)
{
	unsigned int low = 0, high = 0;

	snd_pcm_hw_params_get_channels_min(params, &low);
	snd_pcm_hw_params_get_channels_max(params, &high);
	*min = low;
	*max = high;
}

static int set_rate(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
		    unsigned long value)
{
	return snd_pcm_hw_params_set_rate(pcm, params, (unsigned int)value, 0);
}

static int near_rate(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
		     unsigned long *value)
{
	unsigned int near = (unsigned int)*value;
	int err = snd_pcm_hw_params_set_rate_near(pcm, params, &near, NULL);

	*value = near;
	return err;
}

static void range_rate(const snd_pcm_hw_params_t *params, unsigned long *min,
		       unsigned long *max)
{
	unsigned int low = 0, high = 0;

	snd_pcm_hw_params_get_rate_min(params, &low, NULL);
	snd_pcm_hw_params_get_rate_max(params, &high, NULL);
	*min = low;
	*max = high;
}

static int set_buffer(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
		      unsigned long value)
{
	return snd_pcm_hw_params_set_buffer_size(pcm, params, value);
}

static int near_buffer(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
		       unsigned long *value)
{
	return snd_pcm_hw_params_set_buffer_size_near(pcm, params, value);
}

static void range_buffer(const snd_pcm_hw_params_t *params, unsigned long *min,
			 unsigned long *max)
{
	snd_pcm_hw_params_get_buffer_size_min(params, min);
	snd_pcm_hw_params_get_buffer_size_max(params, max);
}

static int set_period(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
		      unsigned long value)
{
	return snd_pcm_hw_params_set_period_size(pcm, params, value, 0);
}

static int near_period(snd_pcm_t *pcm, snd_pcm_hw_params_t *params,
		       unsigned long *value)
{
	return snd_pcm_hw_params_set_period_size_near(pcm, params, value, NULL);
}

static void range_period(const snd_pcm_hw_params_t *params, unsigned long *min,
			 unsigned long *max)
{
	snd_pcm_hw_params_get_period_size_min(params, min, NULL);
	snd_pcm_hw_params_get_period_size_max(params, max, NULL);
}

static const struct number channels = { "--channels", set_channels,
					near_channels, range_channels };
static const struct number rate = { "--rate", set_rate, near_rate, range_rate };
static const struct number buffer = { "--buffer-size", set_buffer, near_buffer,
				      range_buffer };
static const struct number period = { "--period-size", set_period, near_period,
				      range_period };

static int refuse_number(const struct choice *choice,
			 const struct number *number, unsigned long value)
{
	const struct stream_config *config = choice->config;
	unsigned long near = value, min = 0, max = 0;
	snd_pcm_hw_params_t *copy;

	number->range(choice->params, &min, &max);
	snd_pcm_hw_params_alloca(&copy);
	snd_pcm_hw_params_copy(copy, choice->params);
	if (number->near(choice->s->pcm, copy, &near) < 0)
		near = min;
	return refuse(choice->why, config->refused_status,
		      "%s does not take %s %lu together with what else was asked for (%s, %u channel%s, %u Hz, by %s); nearest: %lu; it has %lu-%lu",
		      choice->s->name, number->option, value,
		      pcm_format_name(&config->spec), config->spec.channels,
		      config->spec.channels == 1 ? "" : "s", config->spec.rate,
		      snd_pcm_access_name(choice->s->transfer->access), near,
		      min, max);
}

static int choose_number(const struct choice *choice,
			 const struct number *number, unsigned long value)
{
	if (number->set(choice->s->pcm, choice->params, value) < 0)
		return refuse_number(choice, number, value);
	return 0;
}

static int choose_access(const struct choice *choice)
{
	const char *names[STREAM_ACCESSES];
	int i, count = 0;

	for (i = 0; i < STREAM_ACCESSES; i++)
		if (!snd_pcm_hw_params_test_access(choice->s->pcm,
						   choice->params,
						   stream_transfers[i].access))
			names[count++] = stream_access_names[i];
	if (!snd_pcm_hw_params_set_access(choice->s->pcm, choice->params,
					  choice->s->transfer->access))
		return 0;
	return refuse(choice->why, choice->config->refused_status,
		      "%s does not take --access %s; it has %s%s%s%s%s%s%s",
		      choice->s->name,
		      stream_access_names[choice->config->access],
		      count > 0 ? names[0] : "none of these",
		      count > 1 ? ", " : "", count > 1 ? names[1] : "",
		      count > 2 ? ", " : "", count > 2 ? names[2] : "",
		      count > 3 ? ", " : "", count > 3 ? names[3] : "");
}

/* How unlike two formats are: first by their digits, then by all else. */
static unsigned int unlike(snd_pcm_format_t a, snd_pcm_format_t b)
{
	unsigned int digits = (unsigned int)abs((int)pcm_value_bits(a) -
						(int)pcm_value_bits(b));

	return 16 * digits +
	       8 * (snd_pcm_format_float(a) != snd_pcm_format_float(b)) +
	       4 * (snd_pcm_format_linear(a) != snd_pcm_format_linear(b)) +
	       2 * (snd_pcm_format_signed(a) != snd_pcm_format_signed(b)) +
	       (snd_pcm_format_big_endian(a) != snd_pcm_format_big_endian(b));
}

static int choose_format(const struct choice *choice)
{
	snd_pcm_format_t wanted = choice->config->spec.format;
	snd_pcm_format_t nearest = SND_PCM_FORMAT_UNKNOWN;
	snd_pcm_format_mask_t *mask;
	char has[512] = "";
	size_t used = 0;
	int format;

	if (!snd_pcm_hw_params_set_format(choice->s->pcm, choice->params,
					  wanted))
		return 0;
	snd_pcm_format_mask_alloca(&mask);
	snd_pcm_hw_params_get_format_mask(choice->params, mask);
	for (format = 0; format <= SND_PCM_FORMAT_LAST; format++) {
		if (!snd_pcm_format_mask_test(mask, format) ||
		    !pcm_format_usable(format) || used >= sizeof(has))
			continue;
		used += (size_t)snprintf(has + used, sizeof(has) - used, " %s",
					 snd_pcm_format_name(format));
		if (nearest == SND_PCM_FORMAT_UNKNOWN ||
		    unlike(format, wanted) < unlike(nearest, wanted))
			nearest = format;
	}
	return refuse(choice->why, choice->config->refused_status,
		      "%s does not take --format %s by --access %s; nearest: %s; it has%s",
		      choice->s->name, snd_pcm_format_name(wanted),
		      stream_access_names[choice->config->access],
		      nearest == SND_PCM_FORMAT_UNKNOWN ?
			      "none" :
			      snd_pcm_format_name(nearest),
		      used ? has : " none that can be judged");
}

static int choose_wakeups(const struct choice *choice)
{
	if (choice->config->period_wakeup ||
	    snd_pcm_hw_params_set_period_wakeup(choice->s->pcm, choice->params,
						0) >= 0)
		return 0;
	return refuse(choice->why, choice->config->refused_status,
		      "%s does not take --no-period-wakeup: it always interrupts",
		      choice->s->name);
}

/*
 * What was asked for is set as it is; what was not is chosen near half a second
 * in eight periods.
 */
static int choose_sizes(const struct choice *choice)
{
	const struct stream_config *config = choice->config;
	snd_pcm_uframes_t size = config->spec.rate / 2;
	snd_pcm_t *pcm = choice->s->pcm;
	int err = 0;

	if (config->buffer_size &&
	    choose_number(choice, &buffer, config->buffer_size))
		return -1;
	if (config->period_size &&
	    choose_number(choice, &period, config->period_size))
		return -1;
	if (!config->buffer_size)
		err = snd_pcm_hw_params_set_buffer_size_near(pcm,
							     choice->params,
							     &size);
	if (err >= 0 && !config->period_size) {
		size = (config->buffer_size ? config->buffer_size : size) / 8;
		err = snd_pcm_hw_params_set_period_size_near(pcm,
							     choice->params,
							     &size, NULL);
	}
	if (err < 0)
		return refuse(choice->why, EX_UNAVAILABLE,
			      "%s: no buffer and period go together: %s",
			      choice->s->name, snd_strerror(err));
	return 0;
}

int hw_params_choose(struct stream *s, const struct stream_config *config,
		     snd_pcm_hw_params_t *params, struct refusal *why)
{
	const struct choice choice = { s, config, params, why };
	int err = snd_pcm_hw_params_any(s->pcm, params);

	if (err < 0)
		return refuse(why, EX_UNAVAILABLE,
			      "%s has no parameters at all: %s", s->name,
			      snd_strerror(err));
	if (choose_access(&choice) || choose_format(&choice) ||
	    choose_number(&choice, &channels, config->spec.channels) ||
	    choose_number(&choice, &rate, config->spec.rate) ||
	    choose_wakeups(&choice))
		return -1;
	return choose_sizes(&choice);
}
