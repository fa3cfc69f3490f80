// Rows of a result: Rows holds them all, Row is one of them, Field one value of it.
#pragma once

#include <databased/codec.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/row_reader.hpp>

#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace databased {

/// One value of a row, where it lies: valid as long as its Row. May itself be an argument of a statement.
class Field {
  public:
    std::string_view name() const noexcept { return view_.columns->columns[view_.index].name; }
    ValueKind kind() const noexcept { return view_.cell->kind; }
    bool is_null() const noexcept { return kind() == ValueKind::null; }

    /// Converted to T; see databased/codec.hpp. Throws ConversionError where that would lose anything.
    template <class T>
    T as() const {
        static_assert(detail::Readable<T>,
                      "databased: a field cannot be read as this type. Use one of databased/codec.hpp, specialise "
                      "databased::Codec for it, or include <databased/json.hpp> for Json");
        return detail::Native<T>::read(view_);
    }
    Value to_value() const { return as<Value>(); }

  private:
    friend class Row;
    template <class>
    friend struct detail::Native;
    explicit Field(detail::FieldView view) noexcept : view_(view) {}

    detail::FieldView view_;
};

namespace detail {

template <>
struct Native<Field> {
    static void write(ParameterBuffer& out, const Field& value) { write_field(out, value.view_); }
};

struct RowAccess;

/// All batches of a result.
struct DATABASED_API RowStore {
    RowStore();
    ~RowStore();

    std::shared_ptr<const ColumnSet> columns;
    std::vector<std::unique_ptr<RowBatch>> batches;  // none is empty
    std::vector<std::size_t> first_rows;             // of each batch
    std::size_t size = 0;

    void add(std::unique_ptr<RowBatch> batch);
    const Cell* row(std::size_t index) const noexcept;
};

}  // namespace detail

/// One row. Copies are cheap and keep the whole result readable, also after its session and Database are gone.
class DATABASED_API Row {
  public:
    Row() = default;  ///< No columns.

    std::size_t size() const noexcept { return store_ == nullptr ? 0 : store_->columns->columns.size(); }
    std::span<const Column> columns() const noexcept;

    /// By name, upper and lower case told apart. Throws ColumnNotFoundError, and AmbiguousColumnError if several
    /// columns have the name.
    Field operator[](std::string_view name) const;
    Field operator[](const char* name) const { return (*this)[std::string_view{name}]; }
    /// By position, from 0. Throws ColumnNotFoundError.
    template <std::integral I>
    Field operator[](I index) const {
        return at(static_cast<std::size_t>(index));
    }

    /// As a struct by the names of its members, a tuple by position, or a single value. Throws ConversionError.
    template <class T>
    T as() const {
        using Form = detail::ByName<T>;
        std::size_t places[Form::shape.width];
        detail::find_columns(*columns_or_none(), Form::shape, places);
        return Form::read(cells_, columns_or_none(), places);
    }
    /// An object with the columns' names. Of columns with one name the last is in it.
    Json to_json() const;

  private:
    friend class Rows;
    Row(std::shared_ptr<const detail::RowStore> store, const detail::Cell* cells) noexcept
        : store_(std::move(store)), cells_(cells) {}
    Field at(std::size_t index) const;
    const detail::ColumnSet* columns_or_none() const noexcept;

    std::shared_ptr<const detail::RowStore> store_;
    const detail::Cell* cells_ = nullptr;
};

/// All rows of a result, read-only. Copies share one store.
class DATABASED_API Rows {
  public:
    Rows();  ///< Without rows and columns.
    explicit Rows(std::shared_ptr<const detail::RowStore> store) noexcept : store_(std::move(store)) {}

    std::size_t size() const noexcept { return store_->size; }
    bool empty() const noexcept { return size() == 0; }
    std::span<const Column> columns() const noexcept;

    /// `index` must be below size().
    Row operator[](std::size_t index) const noexcept { return Row{store_, store_->row(index)}; }
    Row front() const noexcept { return (*this)[0]; }
    Row back() const noexcept { return (*this)[size() - 1]; }

    class Iterator;
    Iterator begin() const noexcept;
    Iterator end() const noexcept;

  private:
    friend struct detail::RowAccess;

    std::shared_ptr<const detail::RowStore> store_;
};

/// What it points at is the iterator's own Row: copy it to keep it.
class DATABASED_API Rows::Iterator {
  public:
    using iterator_category = std::input_iterator_tag;
    using value_type = Row;
    using difference_type = std::ptrdiff_t;
    using pointer = const Row*;
    using reference = const Row&;

    Iterator() = default;
    const Row& operator*() const noexcept { return row_; }
    const Row* operator->() const noexcept { return &row_; }
    Iterator& operator++() noexcept {
        ++index_;
        if (++row_in_batch_ == batch_rows_) {
            enter_batch(batch_ + 1);
        } else {
            row_.cells_ += row_.size();
        }
        return *this;
    }
    Iterator operator++(int) noexcept {
        Iterator before = *this;
        ++*this;
        return before;
    }
    friend bool operator==(const Iterator& left, const Iterator& right) noexcept { return left.index_ == right.index_; }

  private:
    friend class Rows;
    Iterator(std::shared_ptr<const detail::RowStore> store, std::size_t index) noexcept
        : row_(std::move(store), nullptr), index_(index) {
        if (index == 0) enter_batch(0);
    }
    void enter_batch(std::size_t batch) noexcept;

    Row row_;
    std::size_t index_ = 0;
    std::size_t batch_ = 0;
    std::size_t batch_rows_ = 0;
    std::size_t row_in_batch_ = 0;
};

inline Rows::Iterator Rows::begin() const noexcept { return Iterator{store_, 0}; }
inline Rows::Iterator Rows::end() const noexcept { return Iterator{store_, size()}; }

}  // namespace databased
