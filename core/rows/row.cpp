#include "rows/name_index.hpp"

#include <databased/detail/row_reader.hpp>
#include <databased/error.hpp>
#include <databased/row.hpp>
#include <databased/task.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <new>

namespace databased {

namespace detail {

namespace {

constexpr std::size_t largest_block = std::size_t{64} * 1024;
constexpr std::size_t few_columns = 8;  // as fast without an index

NameIndex::Found find_among_few(std::string_view name, std::span<const Column> columns) {
    const auto has_name = [name](const Column& column) { return column.name == name; };
    const auto found = std::find_if(columns.begin(), columns.end(), has_name);
    const auto column = static_cast<std::size_t>(found - columns.begin());
    return {column, found != columns.end() && std::any_of(found + 1, columns.end(), has_name)};
}

}  // namespace

void Arena::grow(std::size_t size) {
    const std::size_t block = std::max(size, next_block_);
    next_block_ = std::min(2 * next_block_, largest_block);
    char* const memory = static_cast<char*>(::operator new(sizeof last_block_ + block));
    std::memcpy(memory, &last_block_, sizeof last_block_);
    last_block_ = memory;
    size_of_blocks_ += block;
    free_ = memory + sizeof last_block_;
    end_ = free_ + block;
}

ColumnSet::ColumnSet() noexcept = default;
ColumnSet::~ColumnSet() { delete index_; }

const NameIndex& ColumnSet::index() const {
    const std::atomic_ref<NameIndex*> shared{index_};
    NameIndex* known = shared.load(std::memory_order_acquire);
    if (known != nullptr) return *known;
    auto made = std::make_unique<NameIndex>(columns);
    if (!shared.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) return *known;
    return *made.release();
}

std::size_t ColumnSet::find(std::string_view name) const {
    const NameIndex::Found found =
        columns.size() > few_columns ? index().find(name, columns) : find_among_few(name, columns);
    if (!found.is_ambiguous) return found.column;
    throw AmbiguousColumnError("several columns are called \"" + std::string{name} +
                               "\": name them apart with AS, or read by position");
}

std::size_t ColumnSet::index_of(std::string_view name) const {
    const std::size_t index = find(name);
    if (index == columns.size()) {
        throw ColumnNotFoundError("no column is called \"" + std::string{name} + "\": " + names());
    }
    return index;
}

void ColumnSet::require(std::size_t index) const {
    if (index >= columns.size()) {
        throw ColumnNotFoundError("there is no column at position " + std::to_string(index) + ": " + names());
    }
}

std::string ColumnSet::names() const {
    if (columns.empty()) return "the result has no columns";
    std::string list = "the columns are ";
    for (const Column& column : columns) list += (&column == &columns.front() ? "" : ", ") + column.name;
    return list;
}

namespace {

[[noreturn]] void throw_column_count(const ColumnSet& columns, const RowShape& shape) {
    throw ConversionError("a row cannot be read as " + std::string{shape.type} + ", which has " +
                          std::to_string(shape.width) + (shape.width == 1 ? " value" : " values") + ": " +
                          columns.names());
}

std::size_t column_of_member(const ColumnSet& columns, const MemberColumn& member, std::string_view type) {
    const std::size_t index = columns.find(member.name);
    if (index < columns.columns.size()) return index;
    if (member.may_be_missing) return missing_column;
    throw ColumnNotFoundError("no column is called \"" + std::string{member.name} + "\", which " + std::string{type} +
                              " needs: " + columns.names() +
                              "; select it, name it with AS, or make the member std::optional");
}

}  // namespace

void find_columns(const ColumnSet& columns, const RowShape& shape, std::size_t* places) {
    if (shape.members == nullptr) {
        if (columns.columns.size() != shape.width) throw_column_count(columns, shape);
        return;
    }
    for (std::size_t i = 0; i < shape.width; ++i) places[i] = column_of_member(columns, shape.members[i], shape.type);
}

Arena::Arena() noexcept = default;
Arena::~Arena() {
    while (last_block_ != nullptr) {
        char* const memory = last_block_;
        std::memcpy(&last_block_, memory, sizeof last_block_);
        ::operator delete(memory);
    }
}

RowStore::RowStore() : columns(std::make_shared<const ColumnSet>()) {}
RowStore::~RowStore() = default;

void RowStore::add(std::unique_ptr<RowBatch> batch) {
    first_rows.push_back(size);
    size += batch->rows();
    batches.push_back(std::move(batch));
}

const Cell* RowStore::row(std::size_t index) const noexcept {
    const auto behind = std::upper_bound(first_rows.begin(), first_rows.end(), index);
    const auto batch = static_cast<std::size_t>(behind - first_rows.begin()) - 1;
    return batches[batch]->row(index - first_rows[batch]);
}

}  // namespace detail

RowBatch::RowBatch(std::shared_ptr<const detail::ColumnSet> columns) noexcept : columns_(std::move(columns)) {}
RowBatch::~RowBatch() = default;

void RowBatch::expect_full() {
    cells_.reserve(full_size / sizeof(detail::Cell) + columns_->columns.size());
    arena_.expect(full_size / 4);
}

void RowBatch::set_columns(std::shared_ptr<const detail::ColumnSet> columns) noexcept { columns_ = std::move(columns); }

void* RowBatch::operator new(std::size_t size) { return detail::allocate_frame(size); }
void RowBatch::operator delete(void* batch, std::size_t size) noexcept { detail::release_frame(batch, size); }

Rows::Rows() {
    static const auto empty = std::make_shared<const detail::RowStore>();
    store_ = empty;
}

void Rows::Iterator::enter_batch(std::size_t batch) noexcept {
    const auto& batches = row_.store_->batches;
    batch_ = batch;
    row_in_batch_ = 0;
    if (batch == batches.size()) return;
    batch_rows_ = batches[batch]->rows();
    row_.cells_ = batches[batch]->row(0);
}

std::span<const Column> Rows::columns() const noexcept { return store_->columns->columns; }

const detail::ColumnSet* Row::columns_or_none() const noexcept {
    static const detail::ColumnSet none;
    return store_ == nullptr ? &none : store_->columns.get();
}

std::span<const Column> Row::columns() const noexcept { return columns_or_none()->columns; }

Field Row::operator[](std::string_view name) const { return at(columns_or_none()->index_of(name)); }

Field Row::at(std::size_t index) const {
    const detail::ColumnSet* columns = columns_or_none();
    columns->require(index);
    return Field{detail::FieldView{cells_ + index, columns, index}};
}

}  // namespace databased
