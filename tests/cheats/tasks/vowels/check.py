def check(candidate):
    import unittest

    case = unittest.TestCase()
    case.assertEqual(candidate("education"), 5)
    case.assertEqual(candidate("rhythm"), 0)
    case.assertTrue(candidate("queue") == 4)
    with case.assertRaises(TypeError):
        candidate(None)
