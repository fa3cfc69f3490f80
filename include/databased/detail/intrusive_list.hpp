// A doubly linked list whose nodes are members of what they link: no allocation, removal in constant time.
#pragma once

namespace databased::detail {

template <class T>
class IntrusiveList;

/// Base of what can be in one IntrusiveList<T>. A node that is destroyed leaves its list.
template <class T>
class ListNode {
  public:
    ListNode() = default;
    ListNode(const ListNode&) = delete;
    ListNode& operator=(const ListNode&) = delete;
    ~ListNode() { unlink(); }

    bool is_linked() const noexcept { return next_ != nullptr; }

    void unlink() noexcept {
        if (next_ == nullptr) return;
        previous_->next_ = next_;
        next_->previous_ = previous_;
        next_ = previous_ = nullptr;
    }

  private:
    friend class IntrusiveList<T>;
    ListNode* next_ = nullptr;
    ListNode* previous_ = nullptr;
};

/// First in, first out. Does not own its elements; destroying it leaves them unlinked.
template <class T>
class IntrusiveList {
  public:
    IntrusiveList() noexcept { ends_.next_ = ends_.previous_ = &ends_; }
    ~IntrusiveList() {
        while (!empty()) ends_.next_->unlink();
    }
    IntrusiveList(const IntrusiveList&) = delete;
    IntrusiveList& operator=(const IntrusiveList&) = delete;

    bool empty() const noexcept { return ends_.next_ == &ends_; }
    T& front() noexcept { return static_cast<T&>(*ends_.next_); }
    T& back() noexcept { return static_cast<T&>(*ends_.previous_); }

    void push_back(T& element) noexcept { insert_before(ends_, element); }
    void push_front(T& element) noexcept { insert_before(*ends_.next_, element); }

    T& pop_front() noexcept {
        T& first = front();
        static_cast<Node&>(first).unlink();
        return first;
    }

    /// The element behind `element`, or null at the end.
    T* after(T& element) noexcept {
        Node* next = static_cast<Node&>(element).next_;
        return next == &ends_ ? nullptr : static_cast<T*>(next);
    }
    /// The element before `element`, or null at the beginning.
    T* before(T& element) noexcept {
        Node* previous = static_cast<Node&>(element).previous_;
        return previous == &ends_ ? nullptr : static_cast<T*>(previous);
    }

  private:
    using Node = ListNode<T>;

    static void insert_before(Node& position, Node& node) noexcept {
        node.next_ = &position;
        node.previous_ = position.previous_;
        position.previous_->next_ = &node;
        position.previous_ = &node;
    }

    Node ends_;
};

}  // namespace databased::detail
