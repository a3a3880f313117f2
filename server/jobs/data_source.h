#ifndef TUNESMITH_SERVER_JOBS_DATA_SOURCE_H_
#define TUNESMITH_SERVER_JOBS_DATA_SOURCE_H_

#include <string>
#include <vector>

#include "server/jobs/input_fit.h"
#include "tunesmith/v1/dataset.pb.h"

namespace tunesmith::server {

// A dataset in its part for the job.
struct DataSource {
  // Null: not known yet.
  const v1::Dataset* dataset = nullptr;
  std::string name;
  // "data.training".
  std::string field;

  bool ready() const {
    return dataset != nullptr && dataset->state() == v1::Dataset::READY;
  }
};

// The column of a source that is ready, or null with a violation of `field`.
const v1::DatasetColumn* FindColumn(const DataSource& source,
                                    const std::string& name,
                                    const std::string& field,
                                    Resolution& resolution);

// `"a", "b", "c" and 3 more`, with what cannot be seen made visible.
std::string Listed(const std::vector<std::string>& names);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_DATA_SOURCE_H_
