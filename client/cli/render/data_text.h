#ifndef TUNESMITH_CLIENT_CLI_RENDER_DATA_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_DATA_TEXT_H_

#include <string>

#include "tunesmith/v1/data_summary.pb.h"

namespace tunesmith::cli {

// What became of a dataset's rows, without its name: "5,572 rows read, 5,512
// used (4,961 training, 551 validation); 60 left out (1.1%): 48 MALFORMED_ROW,
// 12 MISSING_CELL; most of label "spam": 12 of 747 (1.6%)".
std::string DescribeRows(const v1::DataSummary& summary);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_DATA_TEXT_H_
