"""What Stackroom costs against the least that its stack allows: ratios, all from one run."""
