#include <databased/detail/array_block.hpp>
#include <databased/detail/datetime_text.hpp>
#include <databased/error.hpp>
#include <databased/parameters.hpp>

#include <algorithm>
#include <limits>

namespace databased::detail {

namespace {

constexpr std::size_t largest_value = std::numeric_limits<std::int32_t>::max();

void check_size(std::size_t size) {
    if (size > largest_value) throw ParameterError("an argument is longer than 2 GB, which no database takes");
}

std::string_view characters(std::span<const std::byte> bytes) noexcept {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace

ParameterBuffer::ParameterBuffer() noexcept = default;
ParameterBuffer::ParameterBuffer(const ParameterBuffer& other) = default;
ParameterBuffer::ParameterBuffer(ParameterBuffer&& other) noexcept = default;
ParameterBuffer& ParameterBuffer::operator=(const ParameterBuffer& other) = default;
ParameterBuffer& ParameterBuffer::operator=(ParameterBuffer&& other) noexcept = default;
ParameterBuffer::~ParameterBuffer() = default;

void ParameterBuffer::add(Cell cell) { cells_.push_back(cell); }
void ParameterBuffer::reserve(std::size_t cells) { cells_.reserve(cells); }

void ParameterBuffer::repeat_last() {
    const Cell last = cells_[cells_.size() - 1];  // a copy, as the cells may move
    cells_.push_back(last);
}

void ParameterBuffer::add(ValueKind kind, std::string_view data) {
    check_size(data.size());
    cells_.push_back(Cell{.integer = static_cast<std::int64_t>(data_.size()),
                          .size = static_cast<std::uint32_t>(data.size()),
                          .kind = kind});
    data_.append(data);
    data_.push_back('\0');
}

void ParameterBuffer::reorder(std::size_t first, std::span<const std::uint32_t> order) {
    SmallVector<Cell, 6> ordered;
    for (const auto index : order) ordered.push_back(cells_[first + index]);
    cells_.resize(first);
    std::copy(ordered.begin(), ordered.end(), cells_.append(ordered.size()));
}

void ParameterBuffer::append(const ParameterBuffer& other) {
    const auto offset = static_cast<std::int64_t>(data_.size());
    for (Cell cell : other.cells_) {
        if (cell.has_data()) cell.integer += offset;
        cells_.push_back(cell);
    }
    data_ += other.data_;
}

void ParameterBuffer::append(const ParameterBuffer& other, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
        const Cell cell = other[i];
        if (cell.has_data()) {
            add(cell.kind, cell.text());
        } else {
            add(cell);
        }
    }
}

void ParameterBuffer::set_text(std::size_t index, std::string_view text) {
    add(ValueKind::text, text);
    cells_[index] = cells_[cells_.size() - 1];
    cells_.resize(cells_.size() - 1);
}

void ParameterBuffer::fold(std::size_t first, std::size_t first_byte, std::span<const ArrayDimension> dimensions) {
    const std::span<const Cell> cells{cells_.begin() + first, cells_.end()};
    if (std::any_of(cells.begin(), cells.end(), [](const Cell& cell) { return cell.kind == ValueKind::array; })) {
        throw ParameterError("an element of an array argument is an array itself; nest std::vector for dimensions");
    }
    std::size_t size = 0;
    if (!cells.empty()) {
        const std::size_t head = size_of_array_head(dimensions.size(), cells.size());
        size = head + data_.size() - first_byte;
        check_size(size);
        data_.insert(first_byte, head, '\0');
        write_array_head(data_.data() + first_byte, dimensions, cells, -static_cast<std::int64_t>(first_byte));
    }
    cells_.resize(first);
    cells_.push_back(Cell{.integer = static_cast<std::int64_t>(first_byte),
                          .size = static_cast<std::uint32_t>(size),
                          .kind = ValueKind::array});
}

ArrayWriter::ArrayWriter(ParameterBuffer& out) noexcept
    : out_(out), first_cell_(out.size()), first_byte_(out.bytes()) {}

ArrayWriter::~ArrayWriter() {
    if (!is_finished_) out_.resize(first_cell_);
}

void ArrayWriter::enter(std::size_t depth, std::size_t size) {
    check_size(size);
    if (depth == rank_) {
        sizes_[rank_++] = ArrayDimension{.size = static_cast<std::int32_t>(size)};
    } else if (sizes_[depth].size != static_cast<std::int32_t>(size)) {
        throw ParameterError("the nested lists of an array argument are not of one length");
    }
}

void ArrayWriter::finish() {
    out_.fold(first_cell_, first_byte_, std::span{sizes_}.first(rank_));
    is_finished_ = true;
}

void write_null(ParameterBuffer& out) { out.add(Cell::null()); }
void write_bool(ParameterBuffer& out, bool value) { out.add(Cell::of_integer(ValueKind::boolean, value ? 1 : 0)); }
void write_integer(ParameterBuffer& out, std::int64_t value) { out.add(Cell::of_integer(ValueKind::integer, value)); }

void write_unsigned(ParameterBuffer& out, std::uint64_t value) {
    if (!std::in_range<std::int64_t>(value)) {
        throw ParameterError(
            "an unsigned argument is above 9223372036854775807, the largest integer of a database; pass a "
            "Decimal");
    }
    write_integer(out, static_cast<std::int64_t>(value));
}

void write_real(ParameterBuffer& out, double value) { out.add(Cell::of_real(value)); }
void write_text(ParameterBuffer& out, std::string_view value) { out.add(ValueKind::text, value); }

void write_c_string(ParameterBuffer& out, const char* value) {
    if (value == nullptr) throw ParameterError("an argument is a null pointer to char; for NULL pass nullptr");
    write_text(out, value);
}

void write_bytes(ParameterBuffer& out, std::span<const std::byte> value) {
    out.add(ValueKind::bytes, characters(value));
}
void write_decimal(ParameterBuffer& out, const Decimal& value) { out.add(ValueKind::decimal, value.text()); }
void write_uuid(ParameterBuffer& out, const Uuid& value) { out.add(ValueKind::uuid, characters(value.bytes())); }
void write_json_text(ParameterBuffer& out, std::string_view value) { out.add(ValueKind::json, value); }

void write_date(ParameterBuffer& out, std::chrono::sys_days value) {
    out.add(Cell::of_integer(ValueKind::date, value.time_since_epoch().count()));
}

void write_date(ParameterBuffer& out, std::chrono::year_month_day value) {
    if (!value.ok()) throw ParameterError("a date argument names a day that the calendar does not have");
    write_date(out, std::chrono::sys_days{value});
}

void write_time(ParameterBuffer& out, std::chrono::microseconds since_midnight) {
    if (!is_writable(since_midnight)) throw ParameterError("a time argument is not between 00:00 and 24:00");
    out.add(Cell::of_integer(ValueKind::time, since_midnight.count()));
}

void write_timestamp(ParameterBuffer& out, ValueKind kind, std::int64_t microseconds) {
    out.add(Cell::of_integer(kind, microseconds));
}

void throw_cannot_send_time() {
    throw ParameterError("a timestamp argument is further from 1970 than 64 bits count microseconds");
}

void write_field(ParameterBuffer& out, const FieldView& value) {
    if (value.cell->has_data()) {
        out.add(value.cell->kind, value.cell->text());
    } else {
        out.add(*value.cell);
    }
}

}  // namespace databased::detail
