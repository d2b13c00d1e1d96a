// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system calls of a PCM.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <sound/asound.h>

#include "fuzz.h"

/* The argument is wrong now and then. */
static long pcm_ioctl(const struct file *file, unsigned long request,
		      void *argument)
{
	if (one_in(32))
		argument = bad_pointer();
	return result_of(ioctl(file->fd, request, argument));
}

/* A call whose argument the kernel fills, or takes as it comes. */
static long simple_ioctl(unsigned long request, size_t bytes)
{
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	if (one_in(4))
		memset(self->sink, (int)draw(256), bytes);
	return pcm_ioctl(&file, request, self->sink);
}

static long value_ioctl(unsigned long request, unsigned long value)
{
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	return pcm_ioctl(&file, request, &value);
}

static long plain_ioctl(unsigned long request)
{
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	return result_of(ioctl(file.fd, request, boundary(0)));
}

long call_pcm_unknown(void)
{
	unsigned int type = one_in(4) ? draw(256) : 'A';

	return simple_ioctl(_IOC(draw(4), type, 0x62 + draw(158),
				 draw(1 << 14)),
			    64);
}

long call_pcm_pversion(void)
{
	return simple_ioctl(SNDRV_PCM_IOCTL_PVERSION, sizeof(int));
}

long call_pcm_info(void)
{
	return simple_ioctl(SNDRV_PCM_IOCTL_INFO, sizeof(struct snd_pcm_info));
}

long call_pcm_tstamp(void)
{
	return value_ioctl(SNDRV_PCM_IOCTL_TSTAMP, draw(2));
}

long call_pcm_ttstamp(void)
{
	return value_ioctl(SNDRV_PCM_IOCTL_TTSTAMP, draw(4));
}

long call_pcm_user_pversion(void)
{
	return value_ioctl(SNDRV_PCM_IOCTL_USER_PVERSION,
			   one_in(2) ? SNDRV_PCM_VERSION : draw(1 << 24));
}

/* --- hw_params --- */

static struct snd_mask *mask_of(struct snd_pcm_hw_params *params, int which)
{
	return &params->masks[which - SNDRV_PCM_HW_PARAM_FIRST_MASK];
}

static struct snd_interval *interval_of(struct snd_pcm_hw_params *params,
					int which)
{
	return &params->intervals[which - SNDRV_PCM_HW_PARAM_FIRST_INTERVAL];
}

static void allow_only(struct snd_pcm_hw_params *params, int which, int value)
{
	struct snd_mask *mask = mask_of(params, which);

	memset(mask, 0, sizeof(*mask));
	mask->bits[value / 32] = 1U << (value % 32);
}

static void set_interval(struct snd_pcm_hw_params *params, int which,
			 unsigned int min, unsigned int max)
{
	struct snd_interval *interval = interval_of(params, which);

	memset(interval, 0, sizeof(*interval));
	interval->min = min;
	interval->max = max;
}

/* Anything goes. */
static void allow_all(struct snd_pcm_hw_params *params)
{
	int n;

	memset(params, 0, sizeof(*params));
	for (n = SNDRV_PCM_HW_PARAM_FIRST_MASK;
	     n <= SNDRV_PCM_HW_PARAM_LAST_MASK; n++)
		memset(mask_of(params, n), 0xff, sizeof(struct snd_mask));
	for (n = SNDRV_PCM_HW_PARAM_FIRST_INTERVAL;
	     n <= SNDRV_PCM_HW_PARAM_LAST_INTERVAL; n++)
		set_interval(params, n, 0, UINT_MAX);
	params->rmask = ~0U;
	params->info = ~0U;
}

/* The smallest are for few: a stream that goes round in one is all interrupts. */
static void choose_buffer(struct snd_pcm_hw_params *params)
{
	static const unsigned int bytes[] = { 4096,  4100,   8192,   8196,
					      65536, 131072, 1 << 20 };
	unsigned int wanted = one_in(32) ? 256 : bytes[draw(7)];

	/* The kernel takes what is nearest below. */
	if (!one_in(8))
		set_interval(params, SNDRV_PCM_HW_PARAM_BUFFER_BYTES,
			     wanted / 2, wanted);
	/* (else it takes the shortest periods there are: interrupts, and little else) */
	if (!one_in(8))
		set_interval(params, SNDRV_PCM_HW_PARAM_PERIODS, 2,
			     2 + draw(one_in(4) ? 32 : 4));
}

static void choose(struct snd_pcm_hw_params *params)
{
	static const unsigned int rates[] = { 8000, 44100, 48000 };
	unsigned int rate = one_in(16) ? 192000 : rates[draw(3)];

	if (!one_in(8))
		allow_only(params, SNDRV_PCM_HW_PARAM_ACCESS,
			   one_in(2) ? SNDRV_PCM_ACCESS_RW_INTERLEAVED :
				       SNDRV_PCM_ACCESS_MMAP_INTERLEAVED);
	if (!one_in(8))
		allow_only(params, SNDRV_PCM_HW_PARAM_FORMAT,
			   one_in(2) ? SNDRV_PCM_FORMAT_S16_LE :
				       SNDRV_PCM_FORMAT_S32_LE);
	if (!one_in(8))
		set_interval(params, SNDRV_PCM_HW_PARAM_RATE, rate, rate);
	if (!one_in(8))
		set_interval(params, SNDRV_PCM_HW_PARAM_CHANNELS, 1,
			     1 + draw(2));
	choose_buffer(params);
	if (one_in(4))
		params->flags = SNDRV_PCM_HW_PARAMS_NO_PERIOD_WAKEUP;
}

static void spoil(struct snd_pcm_hw_params *params)
{
	int which = (int)draw(SNDRV_PCM_HW_PARAM_LAST_INTERVAL -
			      SNDRV_PCM_HW_PARAM_FIRST_INTERVAL + 1) +
		    SNDRV_PCM_HW_PARAM_FIRST_INTERVAL;
	char *bytes = (char *)params;

	switch (draw(6)) {
	case 0:
		set_interval(params, which, boundary(65536), boundary(65536));
		break;
	case 1:
		memset(mask_of(params, (int)draw(3)), 0,
		       sizeof(struct snd_mask));
		break;
	case 2:
		allow_only(params, (int)draw(3), (int)draw(SNDRV_MASK_MAX));
		break;
	case 3:
		params->flags = dice_next(&self->dice);
		break;
	case 4:
		params->rmask = dice_next(&self->dice);
		break;
	default:
		bytes[draw(sizeof(*params))] ^= (char)(1 << draw(8));
	}
}

static void make_params(struct snd_pcm_hw_params *params)
{
	allow_all(params);
	choose(params);
	if (one_in(8))
		spoil(params);
}

/* So that later calls ask for something sensible. */
static void remember(const struct file *file, struct snd_pcm_hw_params *params)
{
	unsigned int bits =
		interval_of(params, SNDRV_PCM_HW_PARAM_FRAME_BITS)->min;

	if (!still_open(file))
		return;
	file->slot->frame_bytes = bits / 8;
	file->slot->buffer_bytes =
		interval_of(params, SNDRV_PCM_HW_PARAM_BUFFER_SIZE)->min *
		(bits / 8);
}

long call_pcm_hw_refine(void)
{
	struct snd_pcm_hw_params params;
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	make_params(&params);
	return pcm_ioctl(&file, SNDRV_PCM_IOCTL_HW_REFINE, &params);
}

/* Refined first now and then, then spoiled again. */
long call_pcm_hw_params(void)
{
	struct snd_pcm_hw_params params;
	struct file file;
	long result;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	make_params(&params);
	if (one_in(8)) {
		ioctl(file.fd, SNDRV_PCM_IOCTL_HW_REFINE, &params);
		if (one_in(2))
			spoil(&params);
	}
	result = pcm_ioctl(&file, SNDRV_PCM_IOCTL_HW_PARAMS, &params);
	if (!result)
		remember(&file, &params);
	return result;
}

long call_pcm_hw_free(void)
{
	return plain_ioctl(SNDRV_PCM_IOCTL_HW_FREE);
}

/* --- sw_params --- */

static unsigned long some_frames(const struct file *file)
{
	unsigned int frame = file->slot->frame_bytes ?: 4;
	unsigned long buffer = file->slot->buffer_bytes / frame;

	if (one_in(8))
		return boundary(buffer);
	return draw(buffer ? buffer + 1 : 4096);
}

/* ALSA's own: the largest multiple of the buffer that leaves room for one more. */
static unsigned long boundary_of(unsigned long buffer)
{
	unsigned long at = buffer;

	while (buffer && at * 2 <= LONG_MAX - buffer)
		at *= 2;
	return at;
}

long call_pcm_sw_params(void)
{
	struct snd_pcm_sw_params params = { .period_step = 1 };
	struct file file;
	unsigned long buffer;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	buffer = file.slot->buffer_bytes / (file.slot->frame_bytes ?: 4);
	params.tstamp_mode = (int)draw(one_in(8) ? 5 : 2);
	params.avail_min = 1 + some_frames(&file);
	params.start_threshold = some_frames(&file);
	params.stop_threshold = one_in(2) ? boundary_of(buffer) : buffer;
	if (one_in(8)) {
		params.silence_size = boundary_of(buffer);
	} else if (one_in(4)) {
		params.silence_threshold = some_frames(&file);
		params.silence_size = some_frames(&file);
	}
	if (one_in(4))
		params.tstamp_type = draw(4);
	params.proto = one_in(2) ? SNDRV_PCM_VERSION : draw(1 << 24);
	if (one_in(8))
		params.stop_threshold = boundary(buffer);
	return pcm_ioctl(&file, SNDRV_PCM_IOCTL_SW_PARAMS, &params);
}

/* --- state and position --- */

long call_pcm_status(void)
{
	return simple_ioctl(SNDRV_PCM_IOCTL_STATUS,
			    sizeof(struct snd_pcm_status));
}

long call_pcm_status_ext(void)
{
	return simple_ioctl(SNDRV_PCM_IOCTL_STATUS_EXT,
			    sizeof(struct snd_pcm_status));
}

long call_pcm_delay(void)
{
	return simple_ioctl(SNDRV_PCM_IOCTL_DELAY, sizeof(long));
}

long call_pcm_hwsync(void)
{
	return plain_ioctl(SNDRV_PCM_IOCTL_HWSYNC);
}

long call_pcm_sync_ptr(void)
{
	struct snd_pcm_sync_ptr sync;
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	memset(&sync, 0, sizeof(sync));
	sync.flags = draw(one_in(8) ? 256 : 8);
	sync.c.control.appl_ptr = one_in(4) ? boundary(1 << 20) :
					      some_frames(&file);
	sync.c.control.avail_min = one_in(4) ? boundary(1 << 20) :
					       some_frames(&file);
	return pcm_ioctl(&file, SNDRV_PCM_IOCTL_SYNC_PTR, &sync);
}

long call_pcm_channel_info(void)
{
	struct snd_pcm_channel_info info = { .channel = draw(3) };
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	if (one_in(8))
		info.channel = boundary(2);
	return pcm_ioctl(&file, SNDRV_PCM_IOCTL_CHANNEL_INFO, &info);
}

static long move_position(unsigned long request)
{
	unsigned long frames;
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	frames = some_frames(&file);
	return pcm_ioctl(&file, request, &frames);
}

long call_pcm_rewind(void)
{
	return move_position(SNDRV_PCM_IOCTL_REWIND);
}

long call_pcm_forward(void)
{
	return move_position(SNDRV_PCM_IOCTL_FORWARD);
}

/* --- starting and stopping --- */

/*
 * Of all processes one at a time: ALSA takes the mutexes of all streams that are
 * linked, the caller's own first. Of two callers each then waits for the other, for
 * good (snd_pcm_action_nonatomic(), up to Linux 7.2 at least).
 */
static long group_ioctl(unsigned long request)
{
	pthread_mutex_t *lock = &record->prepare_lock;
	long result;

	if (record_locked(lock, pthread_mutex_trylock(lock)))
		return IDLE;
	result = plain_ioctl(request);
	pthread_mutex_unlock(lock);
	return result;
}

long call_pcm_prepare(void)
{
	return group_ioctl(SNDRV_PCM_IOCTL_PREPARE);
}

long call_pcm_reset(void)
{
	return group_ioctl(SNDRV_PCM_IOCTL_RESET);
}

long call_pcm_start(void)
{
	return plain_ioctl(SNDRV_PCM_IOCTL_START);
}

long call_pcm_drop(void)
{
	return plain_ioctl(SNDRV_PCM_IOCTL_DROP);
}

/* Waiting, half of the times; a timer's signal ends that. */
long call_pcm_drain(void)
{
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	if (one_in(2))
		fcntl(file.fd, F_SETFL, 0);
	return result_of(ioctl(file.fd, SNDRV_PCM_IOCTL_DRAIN));
}

long call_pcm_pause(void)
{
	struct file file;

	if (settings.links || !pick_file(TARGET_PCM, &file))
		return IDLE;
	return result_of(ioctl(file.fd, SNDRV_PCM_IOCTL_PAUSE,
			       one_in(8) ? boundary(0) : draw(2)));
}

long call_pcm_resume(void)
{
	return plain_ioctl(SNDRV_PCM_IOCTL_RESUME);
}

long call_pcm_xrun(void)
{
	return plain_ioctl(SNDRV_PCM_IOCTL_XRUN);
}

long call_pcm_link(void)
{
	struct file file, other;

	if (!settings.links || !pick_file(TARGET_PCM, &file))
		return IDLE;
	if (one_in(16))
		other = file;
	else if (!pick_other_file(TARGET_PCM, &file, &other))
		return IDLE;
	return result_of(ioctl(file.fd, SNDRV_PCM_IOCTL_LINK,
			       one_in(16) ? (int)boundary(0) : other.fd));
}

/* Only where nothing is linked: see Documentation/testing.md. */
long call_pcm_unlink(void)
{
	if (settings.links)
		return IDLE;
	return plain_ioctl(SNDRV_PCM_IOCTL_UNLINK);
}

/* --- frames --- */

/* As many as there is room for where they come from or go to. */
static unsigned long frames_for(const struct file *file,
				const struct pointer *pointer)
{
	unsigned long frames = some_frames(file);

	/* (of 8 bytes, since another thread may change that at any moment) */
	return frames < pointer->room / 8 ? frames : pointer->room / 8;
}

static long transfer(unsigned long request, bool write_it)
{
	struct pointer pointer;
	struct snd_xferi xfer = { 0 };
	struct file file;
	long result;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	pointer = write_it ? source_pointer() : sink_pointer();
	xfer.buf = pointer.address;
	xfer.frames = frames_for(&file, &pointer);
	result = pcm_ioctl(&file, request, &xfer);
	put_pointer(&pointer);
	return result;
}

static long transfer_channels(unsigned long request, bool write_it)
{
	void *areas[2] = { self->source, self->source };
	struct snd_xfern xfer = { .bufs = areas };
	struct file file;

	if (!pick_file(TARGET_PCM, &file))
		return IDLE;
	if (!write_it) {
		areas[0] = self->sink;
		areas[1] = self->sink;
	}
	xfer.frames = some_frames(&file);
	return pcm_ioctl(&file, request, &xfer);
}

long call_pcm_writei(void)
{
	return transfer(SNDRV_PCM_IOCTL_WRITEI_FRAMES, true);
}

long call_pcm_readi(void)
{
	return transfer(SNDRV_PCM_IOCTL_READI_FRAMES, false);
}

long call_pcm_writen(void)
{
	return transfer_channels(SNDRV_PCM_IOCTL_WRITEN_FRAMES, true);
}

long call_pcm_readn(void)
{
	return transfer_channels(SNDRV_PCM_IOCTL_READN_FRAMES, false);
}
