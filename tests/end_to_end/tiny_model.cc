#include "tests/end_to_end/tiny_model.h"

#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace tunesmith::testing {
namespace {

using nlohmann::json;

constexpr int kWidth = 32;
constexpr int kInner = 64;
constexpr int kLayers = 2;
constexpr int kPositions = 64;

const char* const kTopics[3][8] = {
    {"invoice", "refund", "charge", "card", "bank", "paid", "bill", "money"},
    {"parcel", "courier", "late", "track", "truck", "road", "box", "door"},
    {"password", "login", "email", "reset", "code", "phone", "app", "user"}};
const char* const kFillers[8] = {"the", "my",   "is", "please",
                                 "and", "with", "a",  "today"};

std::vector<std::string> Vocabulary() {
  std::vector<std::string> words = {"[PAD]", "[UNK]", "[CLS]", "[SEP]",
                                    "[MASK]"};
  for (const auto& topic : kTopics) {
    words.insert(words.end(), std::begin(topic), std::end(topic));
  }
  words.insert(words.end(), std::begin(kFillers), std::end(kFillers));
  return words;
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

json Tokenizer() {
  json vocabulary = json::object();
  for (const std::string& word : Vocabulary()) {
    vocabulary[word] = vocabulary.size();
  }
  json added = json::array();
  for (int id = 0; id < 5; ++id) {
    added.push_back({{"id", id},
                     {"content", Vocabulary()[id]},
                     {"single_word", false},
                     {"lstrip", false},
                     {"rstrip", false},
                     {"normalized", false},
                     {"special", true}});
  }
  auto special = [](const char* id) {
    return json{{"SpecialToken", {{"id", id}, {"type_id", 0}}}};
  };
  auto sequence = [](const char* id, int type) {
    return json{{"Sequence", {{"id", id}, {"type_id", type}}}};
  };
  return {
      {"version", "1.0"},
      {"truncation", nullptr},
      {"padding", nullptr},
      {"added_tokens", added},
      {"normalizer",
       {{"type", "BertNormalizer"},
        {"clean_text", true},
        {"handle_chinese_chars", true},
        {"strip_accents", nullptr},
        {"lowercase", true}}},
      {"pre_tokenizer", {{"type", "BertPreTokenizer"}}},
      {"post_processor",
       {{"type", "TemplateProcessing"},
        {"single", {special("[CLS]"), sequence("A", 0), special("[SEP]")}},
        {"pair",
         {special("[CLS]"), sequence("A", 0), special("[SEP]"),
          sequence("B", 1)}},
        {"special_tokens",
         {{"[CLS]", {{"id", "[CLS]"}, {"ids", {2}}, {"tokens", {"[CLS]"}}}},
          {"[SEP]", {{"id", "[SEP]"}, {"ids", {3}}, {"tokens", {"[SEP]"}}}}}}}},
      {"decoder", nullptr},
      {"model",
       {{"type", "WordPiece"},
        {"unk_token", "[UNK]"},
        {"continuing_subword_prefix", "##"},
        {"max_input_chars_per_word", 100},
        {"vocab", vocabulary}}}};
}

json Config() {
  return {{"architectures", {"BertModel"}},
          {"model_type", "bert"},
          {"attention_probs_dropout_prob", 0.1},
          {"hidden_act", "gelu"},
          {"hidden_dropout_prob", 0.1},
          {"hidden_size", kWidth},
          {"initializer_range", 0.02},
          {"intermediate_size", kInner},
          {"layer_norm_eps", 1e-12},
          {"max_position_embeddings", kPositions},
          {"num_attention_heads", 2},
          {"num_hidden_layers", kLayers},
          {"pad_token_id", 0},
          {"type_vocab_size", 2},
          {"vocab_size", Vocabulary().size()}};
}

// Collects tensors and writes them in the safetensors format.
class TensorFile {
 public:
  void Add(const std::string& name, std::vector<int64_t> shape, float mean,
           float deviation) {
    int64_t count = 1;
    for (int64_t extent : shape) count *= extent;
    header_[name] = {{"dtype", "F32"},
                     {"shape", shape},
                     {"data_offsets",
                      {bytes_.size(), bytes_.size() + count * sizeof(float)}}};
    for (int64_t i = 0; i < count; ++i) {
      // The generator's bits are specified, a distribution's are not.
      float uniform = static_cast<float>(random_()) / 4294967296.0f;
      float value = mean + deviation * (2.0f * uniform - 1.0f);
      bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
  }

  void Linear(const std::string& name, int64_t out, int64_t in) {
    Add(name + ".weight", {out, in}, 0, 0.1f);
    Add(name + ".bias", {out}, 0, 0.01f);
  }

  void Norm(const std::string& name) {
    Add(name + ".weight", {kWidth}, 1, 0.01f);
    Add(name + ".bias", {kWidth}, 0, 0.01f);
  }

  void Write(const std::string& path) const {
    std::string header = header_.dump();
    header.resize((header.size() + 7) / 8 * 8, ' ');
    uint64_t size = header.size();
    std::string file(reinterpret_cast<const char*>(&size), sizeof(size));
    WriteText(path, file + header + bytes_);
  }

 private:
  std::mt19937 random_{7};
  json header_ = json::object();
  std::string bytes_;
};

void WriteWeights(const std::string& path) {
  TensorFile file;
  int64_t words = Vocabulary().size();
  file.Add("embeddings.word_embeddings.weight", {words, kWidth}, 0, 0.1f);
  file.Add("embeddings.position_embeddings.weight", {kPositions, kWidth}, 0,
           0.1f);
  file.Add("embeddings.token_type_embeddings.weight", {2, kWidth}, 0, 0.1f);
  file.Norm("embeddings.LayerNorm");
  for (int layer = 0; layer < kLayers; ++layer) {
    std::string prefix = absl::StrCat("encoder.layer.", layer, ".");
    for (const char* part : {"query", "key", "value"}) {
      file.Linear(prefix + "attention.self." + part, kWidth, kWidth);
    }
    file.Linear(prefix + "attention.output.dense", kWidth, kWidth);
    file.Norm(prefix + "attention.output.LayerNorm");
    file.Linear(prefix + "intermediate.dense", kInner, kWidth);
    file.Linear(prefix + "output.dense", kWidth, kInner);
    file.Norm(prefix + "output.LayerNorm");
  }
  file.Linear("pooler.dense", kWidth, kWidth);
  file.Write(path);
}

}  // namespace

void WriteTinyModel(const std::string& directory) {
  std::filesystem::create_directories(directory);
  WriteText(directory + "/config.json", Config().dump(2));
  WriteText(directory + "/tokenizer.json", Tokenizer().dump());
  WriteWeights(directory + "/model.safetensors");
}

void WriteTinyDataset(const std::string& path) {
  const char* const labels[3] = {"billing", "delivery", "account"};
  std::mt19937 random(11);
  std::string csv = "text,label\n";
  for (int row = 0; row < 96; ++row) {
    int label = row % 3;
    int words = 3 + static_cast<int>(random() % 8);
    std::string text;
    for (int i = 0; i < words; ++i) {
      bool filler = random() % 3 != 0 && i > 0;
      const char* word =
          filler ? kFillers[random() % 8] : kTopics[label][random() % 8];
      absl::StrAppend(&text, i > 0 ? " " : "", word);
    }
    absl::StrAppend(&csv, text, ",", labels[label], "\n");
  }
  WriteText(path, csv);
}

}  // namespace tunesmith::testing
