#include <databased/detail/small_vector.hpp>

#include <algorithm>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace {

using Numbers = databased::detail::SmallVector<int, 4>;

Numbers counted(int count) {
    Numbers numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(i);
    return numbers;
}

std::vector<int> elements(const Numbers& numbers) { return {numbers.begin(), numbers.end()}; }

std::vector<int> expected(int count) {
    std::vector<int> numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(i);
    return numbers;
}

bool lies_inside(const Numbers& numbers) {
    const auto* const object = reinterpret_cast<const char*>(&numbers);
    const auto* const data = reinterpret_cast<const char*>(numbers.data());
    return data >= object && data < object + sizeof numbers;
}

/// Once inside the object, once at its edge, once outside.
class SmallVector : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(OfSize, SmallVector, testing::Values(0, 1, 4, 5, 1000));

TEST_P(SmallVector, KeepsItsElements) {
    const Numbers numbers = counted(GetParam());
    EXPECT_EQ(elements(numbers), expected(GetParam()));
    EXPECT_EQ(numbers.empty(), GetParam() == 0);
    EXPECT_EQ(lies_inside(numbers), GetParam() <= 4);
}

TEST_P(SmallVector, IsCopied) {
    Numbers numbers = counted(GetParam());
    const Numbers copy = numbers;
    numbers.push_back(-1);
    EXPECT_EQ(elements(copy), expected(GetParam()));
}

TEST_P(SmallVector, IsCopiedOverAnother) {
    for (const int size : {0, 3, 50, 5000}) {
        Numbers target = counted(size);
        const Numbers numbers = counted(GetParam());
        target = numbers;
        EXPECT_EQ(elements(target), expected(GetParam()));
    }
}

TEST_P(SmallVector, IsMovedAndEmptyThen) {
    Numbers numbers = counted(GetParam());
    const Numbers moved = std::move(numbers);
    EXPECT_EQ(elements(moved), expected(GetParam()));
    EXPECT_TRUE(numbers.empty());
    numbers.push_back(7);
    EXPECT_EQ(elements(numbers), std::vector{7});
}

TEST_P(SmallVector, IsMovedOverAnother) {
    for (const int size : {0, 3, 50}) {
        Numbers target = counted(size);
        target = counted(GetParam());
        EXPECT_EQ(elements(target), expected(GetParam()));
    }
}

TEST_P(SmallVector, SurvivesAssignmentToItself) {
    Numbers numbers = counted(GetParam());
    Numbers& same = numbers;
    numbers = same;
    numbers = std::move(same);
    EXPECT_EQ(elements(numbers), expected(GetParam()));
}

TEST_P(SmallVector, GrowsByWhatTheCallerWrites) {
    Numbers numbers;
    int* const room = numbers.append(static_cast<std::size_t>(GetParam()));
    for (int i = 0; i < GetParam(); ++i) room[i] = i;
    EXPECT_EQ(elements(numbers), expected(GetParam()));
}

TEST(SmallVectorSize, MayBeReservedAndMadeSmaller) {
    Numbers numbers = counted(3);
    numbers.reserve(100);
    const int* const place = numbers.data();
    for (int i = 3; i < 100; ++i) numbers.push_back(i);
    EXPECT_EQ(numbers.data(), place);
    numbers.reserve(1);
    numbers.resize(2);
    EXPECT_EQ(elements(numbers), expected(2));
}

}  // namespace
