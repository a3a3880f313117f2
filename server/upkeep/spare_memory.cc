#include "server/upkeep/spare_memory.h"

#include <malloc.h>
#include <pthread.h>

namespace tunesmith::server {

bool GiveSpareMemoryBack(size_t at_least) {
  if (mallinfo2().fordblks < at_least) return false;
  malloc_trim(0);
  return true;
}

SpareMemory::SpareMemory(const Options& options)
    : options_(options), thread_([this] {
        pthread_setname_np(pthread_self(), "spare-memory");
        Loop();
      }) {}

SpareMemory::~SpareMemory() {
  {
    MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

void SpareMemory::Loop() {
  while (true) {
    {
      MutexLock lock(&mutex_);
      if (!stopping_) changed_.WaitFor(&mutex_, options_.interval);
      if (stopping_) return;
    }
    GiveSpareMemoryBack(options_.at_least);
  }
}

}  // namespace tunesmith::server
