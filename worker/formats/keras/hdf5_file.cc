#include "worker/formats/keras/hdf5_file.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "proto/contract/base/reason.h"
#include "proto/contract/base/status_macros.h"
#include "worker/formats/lfs_pointer.h"
#include "worker/formats/printable.h"
#include "worker/formats/safetensors_header.h"

namespace tunesmith::worker {

absl::StatusOr<std::unique_ptr<Hdf5File>> Hdf5File::Open(
    const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> file,
                             MappedFile::Open(path));
  if (IsLfsPointer({reinterpret_cast<const char*>(file->bytes().data()),
                    file->bytes().size()})) {
    return CorruptWeightsError(LfsPointerMessage("the file of weights"));
  }
  TUNESMITH_ASSIGN_OR_RETURN(uint64_t root, RootOfHdf5(file->bytes()));
  return std::unique_ptr<Hdf5File>(new Hdf5File(std::move(file), root));
}

absl::StatusOr<const Hdf5File::Links*> Hdf5File::LinksOf(uint64_t group) {
  if (auto known = groups_.find(group); known != groups_.end()) {
    return &known->second;
  }
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Hdf5Message> header,
                             ReadHdf5Header(bytes_, group));
  TUNESMITH_ASSIGN_OR_RETURN(Links links, ReadHdf5Group(bytes_, header));
  return &groups_.emplace(group, std::move(links)).first->second;
}

absl::StatusOr<std::optional<uint64_t>> Hdf5File::Find(
    const std::string& path) {
  uint64_t address = root_;
  for (size_t begin = 0; begin < path.size();) {
    size_t end = std::min(path.find('/', begin), path.size());
    TUNESMITH_ASSIGN_OR_RETURN(const Links* links, LinksOf(address));
    auto link = links->find(path.substr(begin, end - begin));
    if (link == links->end()) return std::nullopt;
    address = link->second;
    begin = end + 1;
  }
  return address;
}

absl::StatusOr<bool> Hdf5File::Has(const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<uint64_t> address, Find(path));
  return address.has_value();
}

absl::StatusOr<std::vector<Hdf5Message>> Hdf5File::HeaderOf(
    const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::optional<uint64_t> address, Find(path));
  if (!address) {
    return CorruptWeightsError(
        absl::StrCat("not in the file: ", Printable(path)));
  }
  return ReadHdf5Header(bytes_, *address);
}

absl::StatusOr<std::optional<std::vector<std::string>>> Hdf5File::Strings(
    const std::string& path, const std::string& attribute) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Hdf5Message> header, HeaderOf(path));
  return ReadHdf5Strings(bytes_, header, attribute);
}

absl::StatusOr<Hdf5Dataset> Hdf5File::Read(const std::string& path) {
  TUNESMITH_ASSIGN_OR_RETURN(std::vector<Hdf5Message> header, HeaderOf(path));
  absl::StatusOr<Hdf5Dataset> dataset = ReadHdf5Dataset(bytes_, header);
  if (dataset.ok()) return dataset;
  return WithContext(dataset.status(), Printable(path));
}

}  // namespace tunesmith::worker
