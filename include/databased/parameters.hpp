// The arguments of a statement: arg("name", value) and expand(list) beside plain values, or Parameters made at run
// time.
#pragma once

#include <databased/codec.hpp>
#include <databased/detail/export.hpp>
#include <databased/detail/range.hpp>
#include <databased/detail/reflection.hpp>
#include <databased/detail/small_vector.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

namespace databased {

namespace detail {

/// Encoded values that own all their bytes. A cell's `integer` is the offset of its bytes, not a pointer, until
/// resolved. Behind the bytes of each there is a NUL, for databases that know the end of a text by that.
class DATABASED_API ParameterBuffer {
  public:
    ParameterBuffer() noexcept;
    ParameterBuffer(const ParameterBuffer& other);
    ParameterBuffer(ParameterBuffer&& other) noexcept;
    ParameterBuffer& operator=(const ParameterBuffer& other);
    ParameterBuffer& operator=(ParameterBuffer&& other) noexcept;
    ~ParameterBuffer();

    void add(Cell cell);
    void add(ValueKind kind, std::string_view data);
    void reserve(std::size_t cells);

    std::size_t size() const noexcept { return cells_.size(); }
    /// The cell with its pointer, valid until the buffer is changed or moved.
    Cell operator[](std::size_t index) const noexcept {
        Cell cell = cells_[index];
        if (cell.has_data()) cell.data = data_.data() + cell.integer;
        return cell;
    }
    /// Puts the cells from `first` on into another order, some perhaps twice.
    void reorder(std::size_t first, std::span<const std::uint32_t> order);
    void append(const ParameterBuffer& other);
    /// The cells from `first` to before `last` of `other`.
    void append(const ParameterBuffer& other, std::size_t first, std::size_t last);
    /// The last value once more.
    void repeat_last();
    /// Another text in the place of a value.
    void set_text(std::size_t index, std::string_view text);
    /// Only to make it smaller.
    void resize(std::size_t cells) noexcept { cells_.resize(cells); }
    void clear() noexcept {
        cells_.resize(0);
        data_.clear();
    }

    /// Where the bytes of the next cell begin.
    std::size_t bytes() const noexcept { return data_.size(); }
    /// Makes one array of the cells from `first` on, whose bytes begin at `first_byte`. Throws ParameterError if there
    /// is an array among them, or if it gets too large.
    void fold(std::size_t first, std::size_t first_byte, std::span<const ArrayDimension> dimensions);

  private:
    SmallVector<Cell, 6> cells_;
    std::string data_;
};

/// What the arguments look like to the binder; only made where there is a name or a list among them.
struct ArgumentEntry {
    std::size_t name_begin = 0;
    std::size_t name_size = 0;
    std::size_t first_cell = 0;
    std::size_t cells = 1;
    bool is_list = false;
};

}  // namespace detail

/// A value for `:name`. Made by arg().
template <class T>
class NamedArgument {
  public:
    NamedArgument(std::string_view name, T&& value) : name_(name), value_(std::forward<T>(value)) {}
    std::string_view name() const noexcept { return name_; }
    const std::remove_reference_t<T>& value() const noexcept { return value_; }

  private:
    std::string_view name_;
    T value_;  // a reference if it was given an lvalue
};

/// All elements of a list as one parameter of `x IN (?)`. Made by expand().
template <class R>
class Expanded {
  public:
    explicit Expanded(R&& range) : range_(std::forward<R>(range)) {}
    const std::remove_reference_t<R>& range() const noexcept { return range_; }

  private:
    R range_;  // a reference if it was given an lvalue
};

/// Gives the parameter `:name` its value: fetch_all("… WHERE year >= :year", arg("year", 2010)). `name` comes without
/// the colon and, like a value that is an lvalue, is needed until the call that it is an argument of returns.
template <class T>
NamedArgument<T> arg(std::string_view name, T&& value) {
    return NamedArgument<T>{name, std::forward<T>(value)};
}

/// Puts a list in the place of one parameter: fetch_all("… WHERE id IN (?)", expand(ids)). An empty list is in no row
/// for IN and in every row for NOT IN. May be the value of an arg(). (Without expand() a std::vector is one argument:
/// an array, where the database has them.)
template <detail::Range R>
    requires detail::Writable<detail::range_value<const std::remove_reference_t<R>>>
Expanded<R> expand(R&& range) {
    return Expanded<R>{std::forward<R>(range)};
}

namespace detail {
template <class T>
inline constexpr bool is_named_argument = false;
template <class T>
inline constexpr bool is_named_argument<NamedArgument<T>> = true;
template <class T>
inline constexpr bool is_expanded = false;
template <class R>
inline constexpr bool is_expanded<Expanded<R>> = true;
template <class>
inline constexpr bool always_false = false;
}  // namespace detail

/// Arguments put together at run time, to be passed as the only argument of a statement:
///
///     Parameters parameters;
///     parameters.add("year", 2010).add("title", title);
///     co_await database.fetch_all("SELECT … WHERE year >= :year AND title = :title", parameters);
///
/// Every value is encoded and copied when it is added.
class DATABASED_API Parameters {
  public:
    Parameters() noexcept;
    Parameters(const Parameters& other);
    Parameters(Parameters&& other) noexcept;
    Parameters& operator=(const Parameters& other);
    Parameters& operator=(Parameters&& other) noexcept;
    ~Parameters();
    template <class... T>
        requires(sizeof...(T) > 0 && !(std::same_as<std::remove_cvref_t<T>, Parameters> || ...))
    explicit Parameters(T&&... values) {
        (add(std::forward<T>(values)), ...);
    }

    /// One more value; what arg() and expand() make is taken as well.
    template <class T>
    Parameters& add(const T& value);
    /// The value of `:name`.
    template <class T>
    Parameters& add(std::string_view name, const T& value) {
        add_entry(name, value);
        return *this;
    }

    /// How many arguments there are; a list counts once.
    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    void reserve(std::size_t values) { values_.reserve(values); }

  private:
    friend class Statement;

    void begin_entry(std::string_view name);
    void drop_entry() noexcept;
    void begin_list();
    void end_list();
    /// Plain values need no entries: entry i is cell i. Called before the first that is not plain.
    void write_entries();

    /// All of it, or nothing if it throws.
    template <class T>
    void add_entry(std::string_view name, const T& value) {
        begin_entry(name);
        try {
            add_content(value);
        } catch (...) {
            drop_entry();
            throw;
        }
    }
    template <class T>
    void add_content(const T& value);

    detail::ParameterBuffer values_;
    detail::SmallVector<detail::ArgumentEntry, 1> entries_;
    std::string names_;
};

template <class T>
Parameters& Parameters::add(const T& value) {
    if constexpr (detail::is_named_argument<T>) {
        return add(value.name(), value.value());
    } else {
        if (!entries_.empty() || detail::is_expanded<T>) {
            add_entry({}, value);
        } else {
            add_content(value);
        }
        return *this;
    }
}

template <class T>
void Parameters::add_content(const T& value) {
    if constexpr (detail::is_expanded<T>) {
        begin_list();
        for (const auto& element : value.range()) {
            detail::Native<std::remove_cvref_t<decltype(element)>>::write(values_, element);
        }
        end_list();
    } else {
        static_assert(
            detail::Writable<T>,
            "databased: this type cannot be an argument. Pass one of the types in databased/codec.hpp, specialise "
            "databased::Codec for it, or include <databased/json.hpp> for Json");
        if constexpr (detail::Writable<T>) detail::Native<std::remove_cv_t<T>>::write(values_, value);
    }
}

namespace detail {

template <class T>
concept ItemTuple = requires { std::tuple_size<T>::value; } && !Range<T>;

/// A plain struct whose members are read and written by their names.
template <class T>
concept MappedStruct = std::is_aggregate_v<T> && std::is_class_v<T> && !Writable<T> && !ItemTuple<T> && !Range<T>;

/// Calls visit(name, value) for the values of one element of execute_many's list: those of a tuple by position, of a
/// struct by the names of its members, or a single value. The name is empty where there is none.
template <class T, class Visit>
void visit_item(const T& item, Visit visit) {
    if constexpr (ItemTuple<T>) {
        std::apply([&](const auto&... value) { (visit(std::string_view{}, value), ...); }, item);
    } else if constexpr (MappedStruct<T>) {
        const std::string_view* name = member_names<T>().data();
        tie_members(item).apply([&](const auto&... value) { (visit(*name++, value), ...); });
    } else {
        visit(std::string_view{}, item);
    }
}

}  // namespace detail
}  // namespace databased
