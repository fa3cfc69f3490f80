#include <databased/query/shape.hpp>

#include <cstring>
#include <utility>

namespace databased::detail {

Shape::Shape(const Shape& other) = default;
Shape::Shape(Shape&& other) noexcept = default;
Shape& Shape::operator=(const Shape& other) = default;
Shape& Shape::operator=(Shape&& other) noexcept = default;
Shape::~Shape() = default;

Shape& Shape::op(Op op) {
    *bytes_.append(1) = static_cast<char>(op);
    return *this;
}

Shape& Shape::op(Op op, std::uint8_t detail) {
    char* const end = bytes_.append(2);
    end[0] = static_cast<char>(op);
    end[1] = static_cast<char>(detail);
    return *this;
}

Shape& Shape::op(Op op, std::uint8_t first, std::uint8_t second) {
    char* const end = bytes_.append(3);
    end[0] = static_cast<char>(op);
    end[1] = static_cast<char>(first);
    end[2] = static_cast<char>(second);
    return *this;
}

Shape& Shape::number(std::size_t number) {
    for (; number >= 128; number /= 128) bytes_.push_back(static_cast<char>(number % 128 + 128));
    bytes_.push_back(static_cast<char>(number));
    return *this;
}

Shape& Shape::text(std::string_view text) {
    number(text.size());
    return piece(text);
}

Shape& Shape::piece(std::string_view instructions) {
    if (instructions.empty()) return *this;
    std::memcpy(bytes_.append(instructions.size()), instructions.data(), instructions.size());
    return *this;
}

Shape& Shape::append(const Shape& other) {
    piece(other.instructions());
    if (other.values_.size() != 0) values_.append(other.values_);
    return *this;
}

Shape& Shape::append(Shape&& other) {
    if (!bytes_.empty()) return append(std::as_const(other));
    *this = std::move(other);
    return *this;
}

Shape column_shape(SqlType type, std::uint8_t facts, std::string_view source, std::string_view alias,
                   std::string_view name) {
    Shape shape;
    shape.op(Op::column, type, facts).piece(source).text(alias).text(name);
    return shape;
}

}  // namespace databased::detail
