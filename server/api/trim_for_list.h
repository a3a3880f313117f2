#ifndef TUNESMITH_SERVER_API_TRIM_FOR_LIST_H_
#define TUNESMITH_SERVER_API_TRIM_FOR_LIST_H_

#include "tunesmith/v1/dataset.pb.h"
#include "tunesmith/v1/job.pb.h"
#include "tunesmith/v1/model.pb.h"

// Leaves out what a list does not show because one of many resources could fill
// a page with it. Whoever wants it gets the resource by name.

namespace tunesmith::server {

// Lists of labels and their weights, figures of single classes, confusion
// matrices.
void TrimForList(v1::Job& job);
// Figures of single classes, confusion matrices.
void TrimForList(v1::Model& model);
// Values of columns.
void TrimForList(v1::Dataset& dataset);

}  // namespace tunesmith::server

#endif  // TUNESMITH_SERVER_API_TRIM_FOR_LIST_H_
