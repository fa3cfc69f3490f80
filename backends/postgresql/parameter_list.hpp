// The values of one run of a statement as libpq takes them.
#pragma once

#include "values/array_encoder.hpp"

#include <databased/statement.hpp>

#include <libpq-fe.h>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace databased::postgresql {

/// Made once and filled again for every statement: once it is warm nothing is allocated. What it points at is its own
/// or the statement's.
///
/// Integers have the type that a literal would have (int4 if it fits, else int8), booleans, doubles, bytes, decimals,
/// UUIDs, dates, times and arrays their own; text, JSON and NULL have none (OID 0), so that the server finds it as it
/// does for a literal in quotes. So do arrays of JSON and those that hold nothing but NULL; an array of text is text[],
/// unless the server is to find that.
/// What has no type of its own travels as text, because the server might find one with another binary format.
class ParameterList {
  public:
    /// The parameters of run number `run`. Throws ParameterError, which names the number of the parameter, for what
    /// PostgreSQL cannot take: text with a NUL, dates and timestamps out of its range, arrays of several types.
    void fill(const Statement& statement, std::size_t run, ArrayTyping typing = ArrayTyping::ours);

    int size() const noexcept { return static_cast<int>(types_.size()); }
    std::span<const Oid> types() const noexcept { return types_; }
    const char* const* values() const noexcept { return values_.data(); }
    const int* lengths() const noexcept { return lengths_.data(); }
    const int* formats() const noexcept { return formats_.data(); }
    bool has_text_array() const noexcept;
    bool is_null(std::size_t index) const noexcept { return values_[index] == nullptr; }

  private:
    enum class Format : int { text = 0, binary = 1 };

    void add(const detail::Cell& cell, ArrayTyping typing);
    void add_array(const detail::Cell& cell, ArrayTyping typing);
    /// What lies in the statement.
    void add_value(Oid type, Format format, std::string_view value);
    /// What was written to `bytes_` from `begin` on.
    void add_written(Oid type, Format format, std::size_t begin);
    void point_at_bytes() noexcept;

    static constexpr std::size_t not_written = static_cast<std::size_t>(-1);

    std::vector<Oid> types_;
    std::vector<const char*> values_;
    std::vector<int> lengths_;
    std::vector<int> formats_;
    std::vector<std::size_t> begins_;  // in bytes_, which moves while it grows; or not_written
    std::string bytes_;
};

}  // namespace databased::postgresql
