#ifndef TUNESMITH_SERVER_JOBS_LABEL_FIT_H_
#define TUNESMITH_SERVER_JOBS_LABEL_FIT_H_

#include <optional>
#include <string>
#include <vector>

#include "server/jobs/data_source.h"
#include "server/jobs/input_fit.h"

namespace tunesmith::server {

using Labels = std::vector<std::string>;

// The values of a label column; nullopt where they cannot be told, with a
// violation where they cannot be labels. Rows without a label are not counted.
std::optional<Labels> LabelsOf(const DataSource& source,
                               const v1::DatasetColumn& column,
                               Resolution& resolution);

// Checks what a source is made of; its labels where they can be told.
std::optional<Labels> FitSource(const DataSource& source,
                                Resolution& resolution);

// The labels of the job: given ones must cover training data, others are taken
// from there, and filled in where inspection told them exactly: neither a
// normalization nor a split is between what the file holds and what is trained
// on. Otherwise the trainer finds them. Returns what labels of other data are
// compared with.
std::optional<Labels> FitLabels(const DataSource& training,
                                const std::optional<Labels>& held,
                                Resolution& resolution);

// Labels that the user gives, that are all of the base model's head but not all
// that it has, and more than training data hold: they are meant for the head,
// which would be dropped for its length.
void CheckHeadLabels(const v1::Model& model, const Labels& held,
                     Resolution& resolution);

// A source holds no label that `known`, the labels of `knower`, lacks.
void CheckKnownLabels(const DataSource& source, const Labels& held,
                      const Labels& known, const std::string& knower,
                      Resolution& resolution);

// Every weight is for a label that exists.
void CheckWeightedLabels(const Labels& known, Resolution& resolution);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_JOBS_LABEL_FIT_H_
