#include "tests/fuzz/seeds.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/worker/data/archive_file.h"
#include "tests/worker/data/packed_bytes.h"
#include "tests/worker/images/damaged_pictures.h"
#include "tests/worker/images/image_cases.h"

namespace tunesmith::worker {
namespace {

constexpr size_t kSafetensorsLengthBytes = 8;
constexpr size_t kMaxHeaderBytes = 16 << 10;

std::vector<std::string> Pictures(const std::string& name) {
  std::vector<std::string> seeds;
  for (const ImageCase& one : AllImageCases()) {
    if (one.name.starts_with(name)) seeds.push_back(one.file);
  }
  for (auto& [file, bytes] : DamagedPictures()) {
    if (file.starts_with(name)) seeds.push_back(std::move(bytes));
  }
  return seeds;
}

// EXIF data from its byte order on.
std::vector<std::string> Orientations() {
  std::vector<std::string> seeds;
  for (const ImageCase& one : AllImageCases()) {
    const size_t exif = one.file.find("MM\0*");
    if (exif == std::string::npos) continue;
    seeds.push_back(one.file.substr(exif, 64));
    std::string little("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0",
                       20);
    seeds.push_back(little + std::string(6, '\0'));
  }
  return seeds;
}

std::vector<std::string> Archives(bool zip) {
  const ArchiveContent files = {{"b/two.png", std::string(700, 'x')},
                                {"a/one.jpg", "one"},
                                {"./c.txt", ""}};
  if (zip) return {ZipOf(files), ZipOf({})};
  return {TarOf(files),
          TarMember("x", "14 path=a.png\n", 'x') + TarMember("b", "1"),
          TarMember("././@LongLink", "long.png", 'L') + TarMember("b", "1"),
          TarMember("a/", "", '5') + TarMember("link", "", '2')};
}

std::vector<std::string> GoldenFiles(const std::string& extension) {
  std::vector<std::string> files;
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(TUNESMITH_GOLDEN_DIR)) {
    if (entry.path().extension() != extension) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    files.emplace_back(std::istreambuf_iterator<char>(file),
                       std::istreambuf_iterator<char>());
  }
  return files;
}

// Each with every choice that its first byte makes.
std::vector<std::string> WithChoices(const std::vector<std::string>& contents) {
  constexpr char kChoices = 24;
  std::vector<std::string> seeds;
  for (const std::string& content : contents) {
    for (char choice = 0; choice < kChoices; ++choice) {
      seeds.push_back(choice + content);
    }
  }
  return seeds;
}

std::vector<std::string> DelimitedTables() {
  return WithChoices(
      {"t,l\n\"a, \"\"b\"\"\nc\",x\r\r\nca\xe9,\xc3\xa9\nt,l\n",
       "\xef\xbb\xbft;l\ra;b\r\xef\xbb\xbf\"c;d\r",
       std::string("\xff\xfet\0,\0\xac\x20\x3d\xd8\x00\xde\n\0", 14)});
}

std::vector<std::string> JsonTables() {
  return WithChoices({"[{\"a\":\"}\\\"\",\"b\":[1,{\"c\":2}]},\n{\"a\":NaN}]",
                      "{\"a\":-Infinity}\n\n7\n{\n\"b\": \"\\ud800\"\n}\n"});
}

std::vector<std::string> PackedTables() {
  const std::string table = "text,label\na,b\nc,d\n";
  return {GzipOf(table), ZstdOf(table), GzipOf("") + GzipOf(table),
          ZstdOf(table) + std::string(8, '\0')};
}

std::vector<std::string> Labels() {
  return {" \xef\xbb\xbfHam\xc2\xa0",
          "cafe\xcc\x81",
          "+01.50e1",
          "\xef\xac\x81",
          "\xe2\x9d\xa4\xef\xb8\x8f",
          "a\xcd\x85\xcc\x91",
          "\xe1\x84\x80\xe1\x85\xa1\xe1\x86\xa8"};
}

std::vector<std::string> SafetensorsHeaders() {
  std::vector<std::string> seeds;
  for (const std::string& file : GoldenFiles(".safetensors")) {
    const std::string header =
        file.substr(kSafetensorsLengthBytes, kMaxHeaderBytes);
    seeds.push_back(header.substr(0, header.rfind("}}") + 2));
  }
  seeds.push_back(
      "{\"__metadata__\":{\"format\":\"pt\"},\"a\":{\"dtype\":\"F32\","
      "\"shape\":"
      "[2,3],\"data_offsets\":[0,24]}}");
  return seeds;
}

}  // namespace

std::vector<std::string> SeedsOf(const std::string& name) {
  if (name == "orientation") return Orientations();
  if (name == "tar" || name == "zip") return Archives(name == "zip");
  if (name == "delimited") return DelimitedTables();
  if (name == "json") return JsonTables();
  if (name == "packed") return PackedTables();
  if (name == "label") return Labels();
  if (name == "safetensors") return SafetensorsHeaders();
  if (name == "hdf5") return GoldenFiles(".h5");
  return Pictures(name);
}

}  // namespace tunesmith::worker
