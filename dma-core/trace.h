/* SPDX-License-Identifier: GPL-2.0-only */
/* clang-format off: the columns of TRACE_EVENT() are not a formatter's */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dma_core

#if !defined(DMA_CORE_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DMA_CORE_TRACE_H

#include <linux/device.h>
#include <linux/tracepoint.h>

#include <dma-core/card-memory.h>
#include "compat.h"

TRACE_EVENT(dma_declare_card_memory,
	    TP_PROTO(struct device *dev, phys_addr_t phys_addr,
		     dma_addr_t device_addr, size_t size, unsigned int flags),
	    TP_ARGS(dev, phys_addr, device_addr, size, flags),
	    TP_STRUCT__entry(__string(device, dev_name(dev))
			     __field(u64, phys_addr)
			     __field(u64, device_addr)
			     __field(size_t, size)
			     __field(unsigned int, flags)),
	    TP_fast_assign(trace_assign_str(device, dev_name(dev));
			   __entry->phys_addr = phys_addr;
			   __entry->device_addr = device_addr;
			   __entry->size = size;
			   __entry->flags = flags;),
	    TP_printk("%s phys=%#llx device=%#llx size=%zu flags=%#x",
		      __get_str(device), __entry->phys_addr, __entry->device_addr,
		      __entry->size, __entry->flags));

TRACE_EVENT(dma_release_card_memory,
	    TP_PROTO(struct device *dev, phys_addr_t phys_addr,
		     dma_addr_t device_addr, size_t size),
	    TP_ARGS(dev, phys_addr, device_addr, size),
	    TP_STRUCT__entry(__string(device, dev_name(dev))
			     __field(u64, phys_addr)
			     __field(u64, device_addr)
			     __field(size_t, size)),
	    TP_fast_assign(trace_assign_str(device, dev_name(dev));
			   __entry->phys_addr = phys_addr;
			   __entry->device_addr = device_addr;
			   __entry->size = size;),
	    TP_printk("%s phys=%#llx device=%#llx size=%zu",
		      __get_str(device), __entry->phys_addr, __entry->device_addr,
		      __entry->size));

/* mappings: those that were taken away, for good or for a while */
DECLARE_EVENT_CLASS(dma_card_mappings,
		    TP_PROTO(struct device *dev, unsigned int mappings),
		    TP_ARGS(dev, mappings),
		    TP_STRUCT__entry(__string(device, dev_name(dev))
				     __field(unsigned int, mappings)),
		    TP_fast_assign(trace_assign_str(device, dev_name(dev));
				   __entry->mappings = mappings;),
		    TP_printk("%s mappings=%u", __get_str(device),
			      __entry->mappings));

DEFINE_EVENT(dma_card_mappings, dma_revoke_card_memory,
	     TP_PROTO(struct device *dev, unsigned int mappings),
	     TP_ARGS(dev, mappings));

DEFINE_EVENT(dma_card_mappings, dma_suspend_card_memory,
	     TP_PROTO(struct device *dev, unsigned int mappings),
	     TP_ARGS(dev, mappings));

TRACE_EVENT(dma_negotiate_mask,
	    TP_PROTO(struct device *dev, const struct dma_mask_choice *choice),
	    TP_ARGS(dev, choice),
	    TP_STRUCT__entry(__string(device, dev_name(dev))
			     __field(u64, widest)
			     __field(u64, system_ram)
			     __field(u64, card_memory)
			     __field(bool, translated)
			     __field(u64, mask)),
	    TP_fast_assign(trace_assign_str(device, dev_name(dev));
			   __entry->widest = choice->widest;
			   __entry->system_ram = choice->system_ram;
			   __entry->card_memory = choice->card_memory;
			   __entry->translated = choice->translated;
			   __entry->mask = choice->mask;),
	    TP_printk("%s widest=%#llx system_ram=%#llx card_memory=%#llx translated=%d mask=%#llx",
		      __get_str(device), __entry->widest, __entry->system_ram,
		      __entry->card_memory, __entry->translated, __entry->mask));

DECLARE_EVENT_CLASS(dma_card_buffer,
		    TP_PROTO(struct device *dev, const char *memory, dma_addr_t handle,
			     size_t size),
		    TP_ARGS(dev, memory, handle, size),
		    TP_STRUCT__entry(__string(device, dev_name(dev))
				     __string(memory, memory)
				     __field(u64, handle)
				     __field(size_t, size)),
		    TP_fast_assign(trace_assign_str(device, dev_name(dev));
				   trace_assign_str(memory, memory);
				   __entry->handle = handle;
				   __entry->size = size;),
		    TP_printk("%s memory=%s handle=%#llx size=%zu", __get_str(device),
			      __get_str(memory), __entry->handle, __entry->size));

/* dma_alloc_coherent() served a buffer */
DEFINE_EVENT(dma_card_buffer, dma_card_alloc,
	     TP_PROTO(struct device *dev, const char *memory, dma_addr_t handle,
		      size_t size),
	     TP_ARGS(dev, memory, handle, size));

/* freed by its owner and unmapped by all: the memory may be handed out again */
DEFINE_EVENT(dma_card_buffer, dma_card_give_back,
	     TP_PROTO(struct device *dev, const char *memory, dma_addr_t handle,
		      size_t size),
	     TP_ARGS(dev, memory, handle, size));

/* the last VMA of a mapping was closed */
DEFINE_EVENT(dma_card_buffer, dma_card_unmap,
	     TP_PROTO(struct device *dev, const char *memory, dma_addr_t handle,
		      size_t size),
	     TP_ARGS(dev, memory, handle, size));

/* dma_export_coherent() made a dma-buf of it */
DEFINE_EVENT(dma_card_buffer, dma_card_export,
	     TP_PROTO(struct device *dev, const char *memory, dma_addr_t handle,
		      size_t size),
	     TP_ARGS(dev, memory, handle, size));

/* a dma-buf was released or revoked */
DEFINE_EVENT(dma_card_buffer, dma_card_export_end,
	     TP_PROTO(struct device *dev, const char *memory, dma_addr_t handle,
		      size_t size),
	     TP_ARGS(dev, memory, handle, size));

/* dma_free_coherent(); with mappings above 0 the memory stays until they go */
TRACE_EVENT(dma_card_free,
	    TP_PROTO(struct device *dev, const char *memory, dma_addr_t handle,
		     size_t size, unsigned int mappings),
	    TP_ARGS(dev, memory, handle, size, mappings),
	    TP_STRUCT__entry(__string(device, dev_name(dev))
			     __string(memory, memory)
			     __field(u64, handle)
			     __field(size_t, size)
			     __field(unsigned int, mappings)),
	    TP_fast_assign(trace_assign_str(device, dev_name(dev));
			   trace_assign_str(memory, memory);
			   __entry->handle = handle;
			   __entry->size = size;
			   __entry->mappings = mappings;),
	    TP_printk("%s memory=%s handle=%#llx size=%zu mappings=%u",
		      __get_str(device), __get_str(memory), __entry->handle,
		      __entry->size, __entry->mappings));

/* kernel, user: the memory attribute of the one's mapping and of the other's */
TRACE_EVENT(dma_map_coherent,
	    TP_PROTO(struct device *dev, const char *memory, dma_addr_t handle,
		     size_t size, unsigned long first_page, unsigned long pages,
		     const char *kernel, const char *user),
	    TP_ARGS(dev, memory, handle, size, first_page, pages, kernel, user),
	    TP_STRUCT__entry(__string(device, dev_name(dev))
			     __string(memory, memory)
			     __field(u64, handle)
			     __field(size_t, size)
			     __field(unsigned long, first_page)
			     __field(unsigned long, pages)
			     __string(kernel, kernel)
			     __string(user, user)),
	    TP_fast_assign(trace_assign_str(device, dev_name(dev));
			   trace_assign_str(memory, memory);
			   __entry->handle = handle;
			   __entry->size = size;
			   __entry->first_page = first_page;
			   __entry->pages = pages;
			   trace_assign_str(kernel, kernel);
			   trace_assign_str(user, user);),
	    TP_printk("%s memory=%s handle=%#llx size=%zu first_page=%lu pages=%lu kernel=%s user=%s",
		      __get_str(device), __get_str(memory), __entry->handle,
		      __entry->size, __entry->first_page, __entry->pages,
		      __get_str(kernel), __get_str(user)));

/* longest: entries in the longest segment; 0 where an IOMMU joined them */
TRACE_EVENT(dma_card_map_sg,
	    TP_PROTO(struct device *dev, unsigned int entries,
		     unsigned int segments, unsigned int longest),
	    TP_ARGS(dev, entries, segments, longest),
	    TP_STRUCT__entry(__string(device, dev_name(dev))
			     __field(unsigned int, entries)
			     __field(unsigned int, segments)
			     __field(unsigned int, longest)),
	    TP_fast_assign(trace_assign_str(device, dev_name(dev));
			   __entry->entries = entries;
			   __entry->segments = segments;
			   __entry->longest = longest;),
	    TP_printk("%s entries=%u segments=%u longest=%u", __get_str(device),
		      __entry->entries, __entry->segments, __entry->longest));

#endif /* DMA_CORE_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
