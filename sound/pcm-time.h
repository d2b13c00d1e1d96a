/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SND_ONCARD_PCM_TIME_H
#define SND_ONCARD_PCM_TIME_H

struct snd_pcm_audio_tstamp_config;
struct snd_pcm_audio_tstamp_report;
struct snd_pcm_substream;
struct timespec64;

void oncard_pcm_time_by_position(struct snd_pcm_substream *substream);
int oncard_pcm_time_info(struct snd_pcm_substream *substream,
			 struct timespec64 *system_time,
			 struct timespec64 *audio_time,
			 struct snd_pcm_audio_tstamp_config *config,
			 struct snd_pcm_audio_tstamp_report *report);

#endif /* SND_ONCARD_PCM_TIME_H */
