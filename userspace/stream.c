// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "hw-params.h"
#include "stream.h"
#include "transfer.h"

#define NO_CONVERSION                                          \
	(SND_PCM_NO_AUTO_RESAMPLE | SND_PCM_NO_AUTO_CHANNELS | \
	 SND_PCM_NO_AUTO_FORMAT)
#define POLL_FDS_MAX 4

/*
 * "0 [oncard], 1 [Dummy]" or "none", for the message that a device is not
 * there.
 */
static void list_cards(char *text, size_t size)
{
	size_t used = 0;
	int card = -1;
	char *name;

	snprintf(text, size, "none");
	while (!snd_card_next(&card) && card >= 0 && used < size) {
		if (snd_card_get_name(card, &name))
			continue;
		used += (size_t)snprintf(text + used, size - used, "%s%d [%s]",
					 used ? ", " : "", card, name);
		free(name);
	}
}

static int refuse_device(const char *device, snd_pcm_stream_t direction,
			 int err, struct refusal *why)
{
	char cards[128];

	if (err == -EBUSY)
		return refuse(why, EX_UNAVAILABLE,
			      "%s cannot be opened for %s: all that it has is in use",
			      device, snd_pcm_stream_name(direction));
	list_cards(cards, sizeof(cards));
	return refuse(why, EX_UNAVAILABLE,
		      "%s cannot be opened for %s: %s. Sound cards here: %s. Is snd-oncard loaded? Another device is chosen with -D hw:CARD,DEVICE",
		      device, snd_pcm_stream_name(direction), snd_strerror(err),
		      cards);
}

/*
 * The name of the very substream that was opened, so that its counterpart can
 * be asked for.
 */
static int stream_name(struct stream *s)
{
	snd_pcm_info_t *info;
	int err;

	snd_pcm_info_alloca(&info);
	err = snd_pcm_info(s->pcm, info);
	if (err < 0)
		return err;
	snprintf(s->name, sizeof(s->name), "hw:%d,%u,%u",
		 snd_pcm_info_get_card(info), snd_pcm_info_get_device(info),
		 snd_pcm_info_get_subdevice(info));
	return 0;
}

int stream_open(struct stream *s, const char *device,
		snd_pcm_stream_t direction, struct refusal *why)
{
	int err;

	err = snd_pcm_open(&s->pcm, device, direction,
			   SND_PCM_NONBLOCK | NO_CONVERSION);
	if (err < 0) {
		s->pcm = NULL;
		return refuse_device(device, direction, err, why);
	}
	if (snd_pcm_type(s->pcm) != SND_PCM_TYPE_HW)
		return refuse(why, EX_USAGE,
			      "%s is of the type %s, which may convert; the card itself is judged, so only hw:CARD[,DEVICE[,SUBDEVICE]] is allowed",
			      device, snd_pcm_type_name(snd_pcm_type(s->pcm)));
	err = stream_name(s);
	if (err < 0)
		return refuse_device(device, direction, err, why);
	return 0;
}

static int set_hw_params(struct stream *s, const struct stream_config *config,
			 struct refusal *why)
{
	snd_pcm_hw_params_t *params;
	int err;

	snd_pcm_hw_params_alloca(&params);
	if (hw_params_choose(s, config, params, why))
		return -1;
	err = snd_pcm_hw_params(s->pcm, params);
	if (err < 0)
		return refuse(why, EX_UNAVAILABLE,
			      "%s: its parameters cannot be set, or its buffer cannot be allocated or mapped: %s",
			      s->name, snd_strerror(err));
	snd_pcm_hw_params_get_buffer_size(params, &s->buffer_size);
	snd_pcm_hw_params_get_period_size(params, &s->period_size, NULL);
	s->sync_start = snd_pcm_hw_params_can_sync_start(params);
	return 0;
}

/*
 * Started by hand only, stopped by an xrun only, with a timestamp at each
 * update.
 */
static int set_sw_params(struct stream *s, struct refusal *why)
{
	snd_pcm_sw_params_t *params;
	snd_pcm_uframes_t boundary;
	int err;

	snd_pcm_sw_params_alloca(&params);
	err = snd_pcm_sw_params_current(s->pcm, params);
	if (err >= 0)
		err = snd_pcm_sw_params_get_boundary(params, &boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_start_threshold(s->pcm, params,
							    boundary);
	if (err >= 0)
		err = snd_pcm_sw_params_set_stop_threshold(s->pcm, params,
							   s->buffer_size);
	if (err >= 0)
		err = snd_pcm_sw_params_set_avail_min(s->pcm, params,
						      s->period_size);
	if (err >= 0)
		err = snd_pcm_sw_params_set_tstamp_mode(s->pcm, params,
							SND_PCM_TSTAMP_ENABLE);
	if (err >= 0)
		err = snd_pcm_sw_params_set_tstamp_type(s->pcm, params,
							SND_PCM_TSTAMP_TYPE_MONOTONIC);
	if (err >= 0)
		err = snd_pcm_sw_params(s->pcm, params);
	if (err < 0)
		return refuse(why, EX_UNAVAILABLE,
			      "%s: its software parameters cannot be set: %s",
			      s->name, snd_strerror(err));
	return 0;
}

/*
 * Present at once, so that it costs no page fault later. (malloc() and memset() to 0 would
 * become calloc(), which touches nothing.)
 */
static int make_bounce(struct stream *s, struct refusal *why)
{
	size_t bytes = STREAM_RW_CHUNK * pcm_frame_bytes(&s->spec);

	s->bounce = malloc(bytes);
	if (!s->bounce)
		return refuse(why, EX_OSERR, "no memory for %zu bytes", bytes);
	explicit_bzero(s->bounce, bytes);
	return 0;
}

int stream_setup(struct stream *s, const struct stream_config *config,
		 struct refusal *why)
{
	s->spec = config->spec;
	s->period_wakeup = config->period_wakeup;
	s->transfer = &stream_transfers[config->access];
	if (config->access == STREAM_RW_NONINTERLEAVED && make_bounce(s, why))
		return -1;
	if (set_hw_params(s, config, why) || set_sw_params(s, why))
		return -1;
	return 0;
}

static struct stream_report look_once(struct stream *s)
{
	struct stream_report report;
	snd_pcm_status_t *status;
	snd_htimestamp_t tstamp;

	snd_pcm_status_alloca(&status);
	report.err = snd_pcm_status(s->pcm, status);
	report.state = snd_pcm_status_get_state(status);
	report.avail = (snd_pcm_sframes_t)snd_pcm_status_get_avail(status);
	snd_pcm_status_get_htstamp(status, &tstamp);
	report.tstamp = (int64_t)tstamp.tv_sec * 1000000000 + tstamp.tv_nsec;
	if (!report.err && report.state == SND_PCM_STATE_DISCONNECTED)
		report.err = -ENODEV;
	return report;
}

/*
 * The kernel notes the state, then updates the position, which may end the
 * stream: a position at the far end of the buffer comes with the state before
 * the xrun, or before the end of the drain. The second look has the state that
 * belongs to it.
 */
struct stream_report stream_look(struct stream *s)
{
	struct stream_report report = look_once(s);

	if (!report.err && report.avail >= (snd_pcm_sframes_t)s->buffer_size)
		report = look_once(s);
	return report;
}

int stream_wait(struct stream *s, int timeout_ms)
{
	struct pollfd fds[POLL_FDS_MAX];
	int count;

	count = snd_pcm_poll_descriptors(s->pcm, fds, POLL_FDS_MAX);
	if (count < 0)
		return count;
	if (poll(fds, (nfds_t)count, timeout_ms) < 0 && errno != EINTR)
		return -errno;
	return 0;
}

void stream_close(struct stream *s)
{
	if (s->pcm)
		snd_pcm_close(s->pcm);
	s->pcm = NULL;
	free(s->bounce);
	s->bounce = NULL;
}
