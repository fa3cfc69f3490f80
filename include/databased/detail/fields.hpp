// Where the values of a result lie: cells in batches, with the columns they belong to.
#pragma once

#include <databased/detail/export.hpp>
#include <databased/detail/small_vector.hpp>
#include <databased/value.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace databased {

/// A column of a result.
struct Column {
    std::string name;
    std::string declared_type{};  ///< As the database names it; empty for expressions where it does not.
};

/// How numbers are read as timestamps and dates; they are refused unless a URL says what they mean.
enum class NumericTime : std::uint8_t { refused, unix_seconds, unix_milliseconds, julian_day };

namespace detail {

class NameIndex;

/// The columns of a result; shared by all its rows and by later results of the same prepared statement.
struct DATABASED_API ColumnSet {
    ColumnSet() noexcept;
    ~ColumnSet();
    ColumnSet(const ColumnSet&) = delete;
    ColumnSet& operator=(const ColumnSet&) = delete;

    std::vector<Column> columns;  // as they are from the first find() on
    NumericTime numeric_time = NumericTime::refused;

    /// Throws ColumnNotFoundError, AmbiguousColumnError.
    std::size_t index_of(std::string_view name) const;
    /// The same, or columns.size() if there is none.
    std::size_t find(std::string_view name) const;
    /// Throws ColumnNotFoundError.
    void require(std::size_t index) const;
    std::string names() const;

  private:
    const NameIndex& index() const;

    mutable NameIndex* index_ = nullptr;  // of many columns, made by the thread that first looks for one
};

/// A cell with its place, for messages.
struct FieldView {
    const Cell* cell;
    const ColumnSet* columns;  // null for a Value
    std::size_t index;
};

/// Text and bytes of one batch: a first block inside the object, then blocks of growing size, each of which knows the
/// one before it. Nothing ever moves.
class DATABASED_API Arena {
  public:
    Arena() noexcept;
    ~Arena();
    Arena(const Arena&) = delete;
    Arena& operator=(const Arena&) = delete;

    /// Room for `size` bytes, not aligned, valid as long as the arena.
    char* allocate(std::size_t size) {
        if (size > static_cast<std::size_t>(end_ - free_)) grow(size);
        return std::exchange(free_, free_ + size);
    }
    std::string_view keep(std::string_view data) {
        char* copy = allocate(data.size());
        data.copy(copy, data.size());
        return {static_cast<const char*>(copy), data.size()};
    }
    std::size_t size() const noexcept { return size_of_blocks_; }
    /// Makes the first block beside the object at least so large.
    void expect(std::size_t size) noexcept { next_block_ = size; }

  private:
    void grow(std::size_t size);

    char first_[192];
    char* free_ = first_;
    char* end_ = first_ + sizeof first_;
    std::size_t size_of_blocks_ = 0;
    std::size_t next_block_ = 4096;
    char* last_block_ = nullptr;
};

}  // namespace detail

/// Some rows of a result, on their way from a backend to who asked. Filled by one thread, then read by another.
class DATABASED_API RowBatch {
  public:
    explicit RowBatch(std::shared_ptr<const detail::ColumnSet> columns = {}) noexcept;
    ~RowBatch();
    RowBatch(const RowBatch&) = delete;
    RowBatch& operator=(const RowBatch&) = delete;

    static void* operator new(std::size_t size);
    static void operator delete(void* batch, std::size_t size) noexcept;

    /// About this much is worth a hand-over.
    static constexpr std::size_t full_size = std::size_t{64} * 1024;

    /// For one of many batches: room for all of it at once.
    void expect_full();
    void set_columns(std::shared_ptr<const detail::ColumnSet> columns) noexcept;
    const std::shared_ptr<const detail::ColumnSet>& columns() const noexcept { return columns_; }

    /// Room for the cells of one more row; valid until the next call.
    detail::Cell* add_row() {
        ++rows_;
        return cells_.append(columns_->columns.size());
    }
    detail::Arena& arena() noexcept { return arena_; }
    bool is_full() const noexcept { return cells_.size() * sizeof(detail::Cell) + arena_.size() >= full_size; }

    std::size_t rows() const noexcept { return rows_; }
    const detail::Cell* row(std::size_t index) const noexcept {
        return cells_.data() + index * columns_->columns.size();
    }

  private:
    std::shared_ptr<const detail::ColumnSet> columns_;
    std::size_t rows_ = 0;
    detail::SmallVector<detail::Cell, 8> cells_;
    detail::Arena arena_;
};

}  // namespace databased
