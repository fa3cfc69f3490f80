#include <databased/detail/temporary_guard.hpp>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using databased::detail::names_closure;
using databased::detail::safe_argument;

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
constexpr bool compiler_is_sound = false;
#else
constexpr bool compiler_is_sound = true;
#endif

struct OwningAggregate {
    std::string name;
};

struct TrivialAggregate {
    std::optional<int> size;
};

class WithConstructor {
  public:
    explicit WithConstructor(std::string name) : name_(std::move(name)) {}

  private:
    std::string name_;
};

template <class T>
class Holder {
  public:
    explicit Holder(T value) : value_(std::move(value)) {}

  private:
    T value_;
    std::string owned_;
};

template <class T>
constexpr bool is_safe(T&&) {
    return safe_argument<T&&>;
}

const auto global_closure = [text = std::string{"owned"}] { return text; };

TEST(SafeArgument, RefusesTemporaryAggregatesThatOwnMemory) {
    EXPECT_EQ(is_safe(OwningAggregate{"temporary"}), compiler_is_sound);
    EXPECT_EQ((is_safe(std::array<std::string, 2>{})), compiler_is_sound);
    EXPECT_EQ(safe_argument<const OwningAggregate>, compiler_is_sound);
    EXPECT_EQ(safe_argument<OwningAggregate&&>, compiler_is_sound);
}

TEST(SafeArgument, RefusesTemporaryClosuresThatOwnMemory) {
    std::string text;

    EXPECT_EQ(is_safe([text] { return text; }), compiler_is_sound);
    EXPECT_EQ(is_safe([text]() mutable { text.clear(); }), compiler_is_sound);
    EXPECT_EQ(is_safe([text](auto&&...) { return text; }), compiler_is_sound);
    EXPECT_EQ(is_safe([text](const std::vector<std::pair<int, int>>&) -> std::string { return text; }),
              compiler_is_sound);
    EXPECT_EQ(is_safe([text](std::function<void(int)>) noexcept { return text; }), compiler_is_sound);
    EXPECT_EQ(is_safe([text]<class T>(T) { return text; }), compiler_is_sound);
    EXPECT_EQ(safe_argument<std::remove_const_t<decltype(global_closure)>>, compiler_is_sound);
}

TEST(SafeArgument, AllowsWhatOwnsNothing) {
    int local = 0;

    EXPECT_TRUE(is_safe([&] { return local; }));
    EXPECT_TRUE(is_safe([] {}));
    EXPECT_TRUE(is_safe(TrivialAggregate{}));
    EXPECT_TRUE(is_safe(1));
    EXPECT_TRUE(is_safe("literal"));
}

TEST(SafeArgument, AllowsNamedValues) {
    OwningAggregate named{"named"};
    const auto closure = [named] { return named; };

    EXPECT_TRUE(is_safe(named));
    EXPECT_TRUE(is_safe(closure));
}

TEST(SafeArgument, AllowsClassesWithConstructors) {
    EXPECT_TRUE(is_safe(WithConstructor{"temporary"}));
    EXPECT_TRUE(is_safe(std::string{"temporary"}));
    EXPECT_TRUE(is_safe(std::vector<OwningAggregate>{}));
    EXPECT_TRUE(is_safe(std::optional<OwningAggregate>{}));
    EXPECT_TRUE(is_safe(std::make_unique<int>(1)));
    EXPECT_TRUE(is_safe(std::tuple<std::string>{}));
}

TEST(SafeArgument, AllowsClassesThatHoldAClosure) {
    const auto closure = [text = std::string{}] { return text; };

    EXPECT_TRUE(is_safe(std::function<std::string()>{closure}));
    EXPECT_TRUE(is_safe(Holder{closure}));
    EXPECT_TRUE(is_safe(Holder{global_closure}));
}

TEST(SafeArgument, AllowsALocalClassOfAClosure) {
    const auto make = [] {
        class Local {
          public:
            explicit Local(std::string text) : text_(std::move(text)) {}

          private:
            std::string text_;
        };
        return Local{"temporary"};
    };

    EXPECT_TRUE(is_safe(make()));
}

TEST(NamesClosure, LooksAtTheTypeItselfOnly) {
    EXPECT_TRUE(names_closure("main()::<lambda()>"));
    EXPECT_TRUE(names_closure("<lambda(std::vector<int>, auto:1)>"));

    EXPECT_FALSE(names_closure("Holder<main()::<lambda()> >"));
    EXPECT_FALSE(names_closure("Holder<<lambda()> >"));
    EXPECT_FALSE(names_closure("main()::<lambda()>::Local"));
    EXPECT_FALSE(names_closure("int"));
    EXPECT_FALSE(names_closure(""));
}

TEST(UnsafeTemporary, IsAMessageForStaticAssert) {
    static_assert(safe_argument<int>, DATABASED_UNSAFE_TEMPORARY);

    EXPECT_NE(std::string_view{DATABASED_UNSAFE_TEMPORARY}.find("co_await"), std::string_view::npos);
}

}  // namespace
