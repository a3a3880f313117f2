#ifndef TUNESMITH_SERVER_STORE_ORDERED_QUEUE_SCHEMA_H_
#define TUNESMITH_SERVER_STORE_ORDERED_QUEUE_SCHEMA_H_

namespace tunesmith::server {

// A migration: places in the queue, counts and lists of jobs come from indexes
// and from counters that triggers keep, so that what they cost does not grow
// with what is stored.
extern const char kOrderedQueueSchema[];

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_STORE_ORDERED_QUEUE_SCHEMA_H_
