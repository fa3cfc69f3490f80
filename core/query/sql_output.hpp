// The text of a query as it grows, and what its values become.
#pragma once

#include <databased/backend/dialect.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace databased::detail {

/// A pattern that a database gets as one of GLOB, which tells upper and lower case apart.
struct GlobParameter {
    std::uint32_t value;  // its index among those of the shape
    char escape;
};

/// Two spans of values that must be equal: of a common query that is used twice but stands in the text once.
struct EqualValues {
    std::size_t first;
    std::size_t second;
    std::size_t count;
};

/// What was written, and what is to be done with the values.
struct WrittenQuery {
    std::string text{};
    std::vector<std::uint32_t> order{};  // of the shape's values in the text; empty: as they are
    std::vector<GlobParameter> globs{};
    std::vector<EqualValues> equal{};
    std::vector<std::uint32_t> compared{};  // values: which others equal them decides what the text is
    std::string refusal{};                  // why it is refused unless more of them are equal
    std::size_t parameter_count = 0;
    bool locks_rows = false;
};

/// The rows that come beside a shape.
struct RowsShape {
    std::size_t rows = 1;  // in one statement
    std::size_t width = 0;
};

/// Appends `name` in quotes. Throws UsageError for a name that is empty or contains a quote, NUL or bytes that are not
/// UTF-8, NotSupportedError for one that the database would shorten.
void append_name(std::string& out, std::string_view name, const Dialect& dialect);

/// `text` as a literal.
std::string text_literal(std::string_view text);

class SqlOutput {
  public:
    SqlOutput(const Dialect& dialect, std::size_t values, const RowsShape& rows);

    const Dialect& dialect() const noexcept { return dialect_; }
    const backend::Features& features() const noexcept { return features_; }
    const RowsShape& rows() const noexcept { return rows_; }

    SqlOutput& operator+=(std::string_view piece) {
        text_ += piece;
        return *this;
    }
    SqlOutput& operator+=(char c) {
        text_ += c;
        return *this;
    }
    void name(std::string_view name) { append_name(text_, name, dialect_); }
    void names(const std::vector<std::string_view>& names);
    /// Of the rows, the `number`-th value, from 1.
    void row_value(std::size_t number) { dialect_.placeholder(text_, number); }
    /// Of the shape.
    void value(std::size_t index);
    void glob(std::size_t value, char escape) { written_.globs.push_back({static_cast<std::uint32_t>(value), escape}); }
    void same_values(const EqualValues& spans) { written_.equal.push_back(spans); }
    void lock_rows() noexcept { written_.locks_rows = true; }
    /// What was written until now; what follows begins anew.
    std::string take(std::string next = {}) { return std::exchange(text_, std::move(next)); }

    const std::vector<bool>& is_used() const noexcept { return is_used_; }
    /// With numbers for those values only that were used before.
    void number_anew(const std::vector<bool>& is_used);
    WrittenQuery finish(std::string with);

  private:
    const Dialect& dialect_;
    backend::Features features_;
    RowsShape rows_;
    std::vector<bool> is_used_;
    std::vector<std::size_t> numbers_;
    std::string text_{};
    WrittenQuery written_{};
};

}  // namespace databased::detail
