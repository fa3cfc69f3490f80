// In which line of a CSV text a record is.
#pragma once

#include <cstddef>
#include <deque>
#include <exception>
#include <optional>
#include <string>
#include <string_view>

namespace databased::detail {

/// Of the records that were read last, in memory that does not grow.
class RecordLines {
  public:
    /// `record` is the next one; counted from 0.
    void add(std::size_t record, std::size_t line);
    /// Nothing if that was too long ago.
    std::optional<std::size_t> find(std::size_t record) const noexcept;

  private:
    struct Entry {
        std::size_t record;
        std::size_t line;
    };

    std::deque<Entry> entries_;  // where lines and records do not go on side by side
};

/// `failure` with its record's line where its message names an item: "films.csv:17 (record 5): …". `name` is the
/// file's, or empty.
std::exception_ptr with_line(const std::exception_ptr& failure, const RecordLines& lines, std::string_view name);

}  // namespace databased::detail
