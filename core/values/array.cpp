#include "values/printing.hpp"

#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/error.hpp>
#include <databased/parameters.hpp>

#include <ostream>

namespace databased {

namespace detail {

Array read_array(const FieldView& field) {
    if (field.cell->kind != ValueKind::array) throw_cannot_read(field, "Array");
    return ArrayAccess::array_of(field.cell->text());
}

void write_array(ParameterBuffer& out, const Array& value) { out.add(ValueKind::array, ArrayAccess::block_of(value)); }

}  // namespace detail

namespace {

using detail::ArrayAccess;
using detail::ArrayView;
using detail::Cell;
using detail::FieldView;

ArrayView view_of(const Array& array) noexcept { return ArrayView{ArrayAccess::block_of(array)}; }

/// Whether the sizes of the dimensions give the number of the elements.
bool fits(const std::vector<ArrayDimension>& dimensions, std::size_t elements) {
    std::size_t product = dimensions.empty() ? 0 : 1;
    for (const ArrayDimension& dimension : dimensions) {
        if (dimension.size < 0 || (product != 0 && static_cast<std::size_t>(dimension.size) > elements / product)) {
            return false;
        }
        product *= static_cast<std::size_t>(dimension.size);
    }
    return product == elements;
}

std::string block_of(const std::vector<ArrayDimension>& dimensions, const std::vector<Value>& elements) {
    detail::ArrayBuilder builder;
    builder.reserve(elements.size());
    for (const Value& element : elements) {
        if (element.kind() == ValueKind::array) {
            throw ParameterError("an element of an array is an array; give all elements in one list, and dimensions");
        }
        builder.add(detail::cell_of(element));
    }
    std::string block(builder.size_of_block(dimensions.size()), '\0');
    builder.write(block.data(), dimensions);
    return block;
}

}  // namespace

Array::Array(const std::vector<Value>& elements)
    : Array({ArrayDimension{.size = static_cast<std::int32_t>(elements.size())}}, elements) {}

Array::Array(const std::vector<ArrayDimension>& dimensions, const std::vector<Value>& elements) {
    if (dimensions.size() > max_rank) throw ParameterError("an array has more than 6 dimensions");
    if (!fits(dimensions, elements.size())) {
        throw ParameterError("the dimensions of an array do not give the number of its elements");
    }
    block_ = block_of(dimensions, elements);
}

std::size_t Array::rank() const noexcept { return view_of(*this).rank(); }
std::size_t Array::size() const noexcept { return view_of(*this).size(); }

std::vector<ArrayDimension> Array::dimensions() const {
    std::vector<ArrayDimension> dimensions(rank());
    for (std::size_t i = 0; i < dimensions.size(); ++i) dimensions[i] = view_of(*this).dimension(i);
    return dimensions;
}

Value Array::operator[](std::size_t index) const {
    const Cell cell = view_of(*this)[index];
    return detail::read_value(FieldView{&cell, nullptr, 0});
}

std::vector<Value> Array::elements() const {
    std::vector<Value> elements;
    elements.reserve(size());
    for (std::size_t i = 0; i < size(); ++i) elements.push_back((*this)[i]);
    return elements;
}

bool operator==(const Array& left, const Array& right) {
    return left.dimensions() == right.dimensions() && left.elements() == right.elements();
}

std::ostream& operator<<(std::ostream& out, const Array& array) {
    const Cell cell = Cell::of_data(ValueKind::array, ArrayAccess::block_of(array));
    return detail::print(out, FieldView{&cell, nullptr, 0});
}

}  // namespace databased
