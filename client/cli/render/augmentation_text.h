#ifndef TUNESMITH_CLIENT_CLI_RENDER_AUGMENTATION_TEXT_H_
#define TUNESMITH_CLIENT_CLI_RENDER_AUGMENTATION_TEXT_H_

#include <string>

#include "tunesmith/v1/augmentation.pb.h"

namespace tunesmith::cli {

// For example "crop of 50% to 100% of the area, horizontal flip (50%)". "none"
// without operations; normalisation, which every job has, is left out.
std::string DescribeAugmentation(const v1::Augmentation& augmentation);

}  // namespace tunesmith::cli

#endif  // TUNESMITH_CLIENT_CLI_RENDER_AUGMENTATION_TEXT_H_
