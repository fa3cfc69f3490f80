// The values of one run of a statement as libpq takes them.
#pragma once

#include <databased/statement.hpp>

#include <libpq-fe.h>
#include <cstddef>
#include <span>
#include <vector>

namespace databased::postgresql {

/// Made once and filled again for every statement: once it is warm nothing is allocated. What it points at is its own
/// or the statement's.
///
/// Integers have the type that a literal would have (int4 if it fits, else int8), booleans, doubles, bytes, decimals,
/// UUIDs, dates, times and arrays their own; text, JSON and NULL have none (OID 0), so that the server finds it as it
/// does for a literal in quotes.
class ParameterList {
  public:
    /// The parameters of run number `run`. Throws ParameterError for what PostgreSQL cannot take: text with a NUL.
    void fill(const Statement& statement, std::size_t run);

    int size() const noexcept { return static_cast<int>(types_.size()); }
    std::span<const Oid> types() const noexcept { return types_; }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }
    bool is_null(std::size_t index) const noexcept { return values_[index] == nullptr; }

  private:
    std::vector<Oid> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
};

}  // namespace databased::postgresql
