#include "outcome_so_far.hpp"

#include <cstdlib>
#include <string_view>
#include <utility>

namespace databased::postgresql {

namespace {

bool changes_rows(std::string_view tag) {
    return tag.starts_with("INSERT") || tag.starts_with("UPDATE") || tag.starts_with("DELETE") ||
           tag.starts_with("MERGE") || tag.starts_with("COPY");
}

}  // namespace

void OutcomeSoFar::fail(std::exception_ptr error) noexcept {
    if (!outcome_.error) outcome_.error = std::move(error);
}

void OutcomeSoFar::run_done(const PGresult* result) {
    const std::string_view tag = PQcmdStatus(const_cast<PGresult*>(result));
    if (changes_rows(tag)) {
        outcome_.result.rows_affected += std::strtoll(PQcmdTuples(const_cast<PGresult*>(result)), nullptr, 10);
    }
}

void OutcomeSoFar::forget() noexcept {
    outcome_.error = nullptr;
    outcome_.done = 0;
    outcome_.result.rows_affected = 0;
}

}  // namespace databased::postgresql
