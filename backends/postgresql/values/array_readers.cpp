#include "values/array_readers.hpp"

#include "values/byte_order.hpp"

#include <databased/detail/array_block.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <span>
#include <string>
#include <system_error>

namespace databased::postgresql {

namespace {

using detail::Arena;
using detail::Cell;

constexpr std::int32_t no_size = -1;

/// The dimensions of an array on its way.
class Shape {
  public:
    std::size_t rank() const noexcept { return rank_; }
    std::span<ArrayDimension> dimensions() noexcept { return std::span{dimensions_}.first(rank_); }

    void add(ArrayDimension dimension) {
        if (rank_ == dimensions_.size()) throw_malformed("array: it has more than 6 dimensions");
        dimensions_[rank_++] = dimension;
    }
    /// How many elements there must be, which are at most `limit`.
    std::size_t size(std::size_t limit) const {
        std::size_t product = rank_ == 0 ? 0 : 1;
        for (std::size_t i = 0; i < rank_; ++i) {
            const std::int32_t size = dimensions_[i].size;
            if (size < 0 || static_cast<std::size_t>(size) > limit) throw_malformed("array");
            product *= static_cast<std::size_t>(size);
            if (product > limit) throw_malformed("array");
        }
        return product;
    }

  private:
    std::array<ArrayDimension, Array::max_rank> dimensions_;
    std::size_t rank_ = 0;
};

Cell array_cell(const detail::ArrayBuilder& elements, Shape& shape, Arena& arena) {
    const std::size_t size = elements.size_of_block(shape.rank());
    if (size > std::numeric_limits<std::uint32_t>::max()) throw_malformed("array: it is larger than 4 GB");
    char* const block = arena.allocate(size);
    elements.write(block, shape.dimensions());
    return Cell::of_data(ValueKind::array, {block, size});
}

/// Reads an array in text from left to right.
class TextArrayReader {
  public:
    TextArrayReader(std::string_view text, Decode element, char delimiter) noexcept
        : rest_(text), element_(element), delimiter_(delimiter) {}

    Cell read(Arena& arena) {
        read_bounds();
        has_bounds_ = shape_.rank() != 0;
        read_list(0);
        if (!rest_.empty() || shape_.size(elements_.size()) != elements_.size()) throw_malformed("array");
        return array_cell(elements_, shape_, arena);
    }

  private:
    char next() const {
        if (rest_.empty()) throw_malformed("array");
        return rest_.front();
    }
    bool take(char character) {
        if (next() != character) return false;
        rest_.remove_prefix(1);
        return true;
    }
    void expect(char character) {
        if (!take(character)) throw_malformed("array");
    }

    /// What is in front of the first character that `ends` says so of.
    template <class Ends>
    std::string_view rest_until(Ends ends) const {
        const auto end = std::find_if(rest_.begin(), rest_.end(), ends);
        return rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
    }

    std::int32_t take_number() {
        std::int32_t number = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), number);
        if (error != std::errc()) throw_malformed("array");
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return number;
    }
    /// [lower:upper] for each dimension, then =
    void read_bounds() {
        if (next() != '[') return;
        while (take('[')) {
            const std::int32_t lower = take_number();
            expect(':');
            const std::int64_t size = std::int64_t{take_number()} - lower + 1;
            if (size < 0 || size > std::numeric_limits<std::int32_t>::max()) throw_malformed("array");
            expect(']');
            shape_.add({.size = static_cast<std::int32_t>(size), .lower_bound = lower});
        }
        expect('=');
    }

    /// Dimensions without bounds have the sizes that are found: that of the first list of each depth.
    void read_list(std::size_t depth) {
        expect('{');
        if (take('}')) {
            if (depth != 0) throw_malformed("array");
            return;
        }
        if (!has_bounds_ && depth == shape_.rank() && elements_.size() == 0) shape_.add({.size = no_size});
        if (depth >= shape_.rank()) throw_malformed("array");
        std::int32_t size = 0;
        do {
            read_part(depth);
            ++size;
        } while (take(delimiter_));
        expect('}');
        ArrayDimension& dimension = shape_.dimensions()[depth];
        if (dimension.size == no_size) dimension.size = size;
        if (dimension.size != size) throw_malformed("array");
    }
    void read_part(std::size_t depth) {
        if (next() == '{') {
            read_list(depth + 1);
        } else if (depth + 1 != shape_.rank()) {
            throw_malformed("array");
        } else if (take('"')) {
            read_quoted();
        } else {
            read_bare();
        }
    }
    void read_bare() {
        const std::string_view text = rest_until([this](char next) { return next == delimiter_ || next == '}'; });
        rest_.remove_prefix(text.size());
        if (text == "NULL") {
            elements_.add(Cell::null());
        } else {
            elements_.add(element_(text, scratch_));
        }
    }
    /// A backslash takes the meaning from the character behind it.
    void read_quoted() {
        const std::string_view plain = rest_until([](char next) { return next == '"' || next == '\\'; });
        if (rest_.substr(plain.size()).starts_with('"')) {
            elements_.add(element_(plain, scratch_));
            rest_.remove_prefix(plain.size() + 1);
            return;
        }
        unquoted_.clear();
        while (!take('"')) {
            take('\\');
            unquoted_ += next();
            rest_.remove_prefix(1);
        }
        elements_.add(element_(unquoted_, scratch_));
    }

    std::string_view rest_;
    Decode element_;
    char delimiter_;
    bool has_bounds_ = false;
    Shape shape_;
    detail::ArrayBuilder elements_;
    Arena scratch_;  // what elements_ copies from
    std::string unquoted_;
};

}  // namespace

Cell read_text_array(std::string_view data, Arena& arena, Decode element, char delimiter) {
    return TextArrayReader{data, element, delimiter}.read(arena);
}

Cell read_binary_array(std::string_view data, Arena& arena, Decode element) {
    WireReader reader{data, "array"};
    const auto rank = reader.take<std::int32_t>();
    reader.take<std::int32_t>();   // whether there are NULLs
    reader.take<std::uint32_t>();  // the type of the elements
    Shape shape;
    for (std::int32_t i = 0; i < rank; ++i) {
        const auto size = reader.take<std::int32_t>();
        shape.add({.size = size, .lower_bound = reader.take<std::int32_t>()});
    }
    const std::size_t size = shape.size(reader.rest().size() / sizeof(std::int32_t));
    detail::ArrayBuilder elements;
    elements.reserve(size);
    Arena scratch;
    for (std::size_t i = 0; i < size; ++i) {
        const auto bytes = reader.take<std::int32_t>();
        elements.add(bytes < 0 ? Cell::null() : element(reader.take(static_cast<std::size_t>(bytes)), scratch));
    }
    reader.finish();
    return array_cell(elements, shape, arena);
}

}  // namespace databased::postgresql
