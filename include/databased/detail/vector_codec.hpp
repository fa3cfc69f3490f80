// std::vector as an array of a database. The end of codec.hpp, which includes it.
#pragma once

#include <databased/codec.hpp>
#include <databased/detail/array_block.hpp>
#include <databased/detail/export.hpp>
#include <databased/error.hpp>

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

namespace databased::detail {

/// Makes one array argument of the values that are written while it lives; if it is not finished they are gone.
class DATABASED_API ArrayWriter {
  public:
    explicit ArrayWriter(ParameterBuffer& out) noexcept;
    ~ArrayWriter();
    ArrayWriter(const ArrayWriter&) = delete;
    ArrayWriter& operator=(const ArrayWriter&) = delete;

    /// A list begins, `depth` lists deep. Throws ParameterError if others there were of another size.
    void enter(std::size_t depth, std::size_t size);
    /// Throws ParameterError if an array is among the values, or if there is too much.
    void finish();

  private:
    ParameterBuffer& out_;
    std::size_t first_cell_;
    std::size_t first_byte_;
    std::size_t rank_ = 0;
    std::array<ArrayDimension, Array::max_rank> sizes_{};
    bool is_finished_ = false;
};

template <class T>
inline constexpr bool is_list = false;
template <class T>
    requires(!std::same_as<T, std::byte> && !HasCodec<std::vector<T>>)
inline constexpr bool is_list<std::vector<T>> = true;

template <class T>
consteval std::size_t rank_of() {
    if constexpr (is_list<T>) {
        return 1 + rank_of<typename T::value_type>();
    } else {
        return 0;
    }
}

/// The array in a field. Throws ConversionError unless it is empty or of that rank.
DATABASED_API ArrayView array_in(const FieldView& field, std::size_t rank, std::string_view type);
/// Throws the ConversionError that is handled, with the place of the element that it speaks of.
[[noreturn]] DATABASED_API void rethrow_for_element(std::size_t index);

/// Goes through the elements of an array.
class ElementReader {
  public:
    ElementReader(const FieldView& field, std::size_t rank, std::string_view type)
        : field_(field), array_(array_in(field, rank, type)) {}

    template <class List>
    List read() {
        if (array_.size() == 0) return {};
        try {
            return read_list<List>(0);
        } catch (const ConversionError&) {
            rethrow_for_element(next_ - 1);
        }
    }

  private:
    template <class List>
    List read_list(std::size_t depth) {
        using Element = typename List::value_type;
        const auto size = static_cast<std::size_t>(array_.dimension(depth).size);
        List list;
        list.reserve(size);
        for (std::size_t i = 0; i < size; ++i) {
            if constexpr (is_list<Element>) {
                list.push_back(read_list<Element>(depth + 1));
            } else {
                const Cell cell = array_[next_++];
                list.push_back(Native<Element>::read(FieldView{&cell, field_.columns, field_.index}));
            }
        }
        return list;
    }

    const FieldView& field_;
    ArrayView array_;
    std::size_t next_ = 0;
};

template <class T>
    requires(is_list<std::vector<T>> && Writable<T>)
struct Native<std::vector<T>> {
    static_assert(rank_of<std::vector<T>>() <= Array::max_rank, "databased: an array has at most 6 dimensions");

    static void write(ParameterBuffer& out, const std::vector<T>& value) {
        ArrayWriter array{out};
        write_list(array, out, 0, value);
        array.finish();
    }
    static std::vector<T> read(const FieldView& field)
        requires Readable<T>
    {
        return ElementReader{field, rank_of<std::vector<T>>(), type_name<std::vector<T>>()}
            .template read<std::vector<T>>();
    }

  private:
    template <class List>
    static void write_list(ArrayWriter& array, ParameterBuffer& out, std::size_t depth, const List& list) {
        using Element = typename List::value_type;
        array.enter(depth, list.size());
        for (const Element& element : list) {
            if constexpr (is_list<Element>) {
                write_list(array, out, depth + 1, element);
            } else {
                Native<Element>::write(out, element);
            }
        }
    }
};

}  // namespace databased::detail
