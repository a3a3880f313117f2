#ifndef TUNESMITH_TESTS_WORKER_IMAGES_DAMAGED_PICTURES_H_
#define TUNESMITH_TESTS_WORKER_IMAGES_DAMAGED_PICTURES_H_

#include <string>
#include <utility>
#include <vector>

namespace tunesmith::worker {

// Name and bytes of files, each of which is to be refused with BAD_IMAGE:
// headers that claim the largest sizes, files that are cut off in each of their
// parts, formats that are not supported, and no pictures at all.
std::vector<std::pair<std::string, std::string>> DamagedPictures();

}  // namespace tunesmith::worker

#endif  // TUNESMITH_TESTS_WORKER_IMAGES_DAMAGED_PICTURES_H_
