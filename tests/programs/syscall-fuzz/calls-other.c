// SPDX-License-Identifier: GPL-2.0-only
/*
 * The system calls of ALSA's control and timer, and of the lab's node.
 */
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <sound/asound.h>

#include "../../modules/lifetime-node.h"
#include "fuzz.h"

static long target_ioctl(enum target target, unsigned long request,
			 void *argument)
{
	struct file file;

	if (!pick_file(target, &file))
		return IDLE;
	if (one_in(32))
		argument = bad_pointer();
	return result_of(ioctl(file.fd, request, argument));
}

static long control_ioctl(unsigned long request, void *argument)
{
	return target_ioctl(TARGET_CONTROL, request, argument);
}

/* --- control --- */

long call_ctl_card_info(void)
{
	return control_ioctl(SNDRV_CTL_IOCTL_CARD_INFO, self->sink);
}

long call_ctl_elem_list(void)
{
	struct snd_ctl_elem_list list = { .space = draw(8) };

	list.offset = one_in(4) ? boundary(0) : 0;
	list.pids = (void *)self->sink;
	return control_ioctl(SNDRV_CTL_IOCTL_ELEM_LIST, &list);
}

long call_ctl_subscribe(void)
{
	int subscribe = (int)draw(3) - 1;

	return control_ioctl(SNDRV_CTL_IOCTL_SUBSCRIBE_EVENTS, &subscribe);
}

long call_ctl_pcm_next(void)
{
	int device = one_in(4) ? (int)boundary(0) : -1;

	return control_ioctl(SNDRV_CTL_IOCTL_PCM_NEXT_DEVICE, &device);
}

long call_ctl_pcm_info(void)
{
	struct snd_pcm_info info;

	memset(&info, 0, sizeof(info));
	info.device = one_in(8) ? boundary(0) : 0;
	info.subdevice = draw(one_in(8) ? 64 : 4);
	info.stream = (int)draw(one_in(8) ? 4 : 2);
	return control_ioctl(SNDRV_CTL_IOCTL_PCM_INFO, &info);
}

long call_ctl_prefer(void)
{
	int subdevice = (int)draw(6) - 1;

	return control_ioctl(SNDRV_CTL_IOCTL_PCM_PREFER_SUBDEVICE, &subdevice);
}

long call_ctl_power(void)
{
	return control_ioctl(SNDRV_CTL_IOCTL_POWER_STATE, self->sink);
}

/* Any of them, with anything; those that add elements only with no name. */
long call_ctl_any(void)
{
	unsigned int number = draw(3) ? 0x10 + draw(0x34) : draw(256);
	unsigned int bytes =
		one_in(8) ? draw(1 << 14) :
			    (unsigned int)sizeof(struct snd_ctl_elem_info);

	memset(self->sink, one_in(2) ? 0 : (int)draw(256), PAGE);
	return control_ioctl(_IOC(draw(4), 'U', number, bytes), self->sink);
}

/* --- timer --- */

static long timer_ioctl(unsigned long request, void *argument)
{
	return target_ioctl(TARGET_TIMER, request, argument);
}

/* Of a substream, mostly. */
static struct snd_timer_id timer_id(void)
{
	struct snd_timer_id id = {
		.dev_class = SNDRV_TIMER_CLASS_PCM,
		.dev_sclass = SNDRV_TIMER_SCLASS_NONE,
		.subdevice = (int)draw(8),
	};

	if (one_in(8))
		id.dev_class = (int)draw(6) - 1;
	if (one_in(8))
		id.device = (int)boundary(0);
	return id;
}

long call_timer_next(void)
{
	struct snd_timer_id id = timer_id();

	return timer_ioctl(SNDRV_TIMER_IOCTL_NEXT_DEVICE, &id);
}

long call_timer_tread(void)
{
	int on = (int)draw(2);

	return timer_ioctl(one_in(2) ? SNDRV_TIMER_IOCTL_TREAD_OLD :
				       SNDRV_TIMER_IOCTL_TREAD64,
			   &on);
}

long call_timer_ginfo(void)
{
	struct snd_timer_ginfo info = { .tid = timer_id() };

	return timer_ioctl(SNDRV_TIMER_IOCTL_GINFO, &info);
}

long call_timer_select(void)
{
	struct snd_timer_select select = { .id = timer_id() };

	return timer_ioctl(SNDRV_TIMER_IOCTL_SELECT, &select);
}

long call_timer_info(void)
{
	return timer_ioctl(SNDRV_TIMER_IOCTL_INFO, self->sink);
}

long call_timer_params(void)
{
	struct snd_timer_params params = {
		.flags = draw(one_in(8) ? 256 : 8),
		.ticks = one_in(4) ? boundary(1) : 1,
		.queue_size = one_in(4) ? boundary(1024) : 32 + draw(992),
		.filter = one_in(2) ? 0 : dice_next(&self->dice),
	};

	return timer_ioctl(SNDRV_TIMER_IOCTL_PARAMS, &params);
}

long call_timer_status(void)
{
	return timer_ioctl(SNDRV_TIMER_IOCTL_STATUS, self->sink);
}

long call_timer_start(void)
{
	return timer_ioctl(SNDRV_TIMER_IOCTL_START, NULL);
}

long call_timer_stop(void)
{
	return timer_ioctl(SNDRV_TIMER_IOCTL_STOP, NULL);
}

long call_timer_continue(void)
{
	return timer_ioctl(SNDRV_TIMER_IOCTL_CONTINUE, NULL);
}

long call_timer_pause(void)
{
	return timer_ioctl(SNDRV_TIMER_IOCTL_PAUSE, NULL);
}

/* --- the lab's node --- */

static long slot_ioctl(unsigned long request)
{
	struct lifetime_slot slot = {
		.slot = draw(one_in(2) ? 4 : LIFETIME_SLOTS),
		.pages = 1 + draw(one_in(2) ? 8 : LIFETIME_SLOT_PAGES),
	};

	if (one_in(16))
		slot.slot = boundary(LIFETIME_SLOTS);
	if (one_in(16))
		slot.pages = boundary(LIFETIME_SLOT_PAGES);
	return target_ioctl(TARGET_LIFETIME, request, &slot);
}

long call_life_alloc(void)
{
	return slot_ioctl(LIFETIME_ALLOC);
}

long call_life_free(void)
{
	return slot_ioctl(LIFETIME_FREE);
}

long call_life_check(void)
{
	return slot_ioctl(LIFETIME_CHECK);
}

/* It watches memory for a while: not too often. */
long call_life_revoke(void)
{
	struct lifetime_revoked revoked;

	if (!one_in(16))
		return IDLE;
	return target_ioctl(TARGET_LIFETIME, LIFETIME_REVOKE, &revoked);
}

long call_life_query(void)
{
	struct lifetime_counters counters;
	long result = target_ioctl(TARGET_LIFETIME, LIFETIME_QUERY, &counters);

	return result;
}
